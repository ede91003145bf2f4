namespace Maas.Core.Records;

/// <summary>
/// Stores records of any table. A rule is evaluated by the caller on what it has read, and holds because the batch that follows from it is
/// saved only if that still is as it was: expected versions, requirements, unique keys and references. Part of
/// <see cref="Stores.IMaasStore"/>.
/// </summary>
public interface IRecordStore
{
    /// <summary>
    /// Creates tables that do not exist, and derives the columns anew of tables whose declaration has changed. Called once, after the store
    /// was
    /// opened and before any table is used; a table comes after those that it refers to.
    /// </summary>
    /// <param name="tables">All tables.</param>
    /// <param name="cancellationToken">Gives up before a table is begun.</param>
    Task PrepareAsync(IReadOnlyList<RecordTable> tables, CancellationToken cancellationToken);

    /// <summary>Reads a record.</summary>
    /// <param name="table">The table.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The record; <see langword="null"/> when it does not exist.</returns>
    Task<T?> GetAsync<T>(RecordTable<T> table, long id, CancellationToken cancellationToken)
        where T : StoredRecord;

    /// <summary>Reads records.</summary>
    /// <param name="query">Which ones, in which order.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<T>> ListAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord;

    /// <summary>Counts records.</summary>
    /// <param name="query">Which ones; its limit does not count.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<long> CountAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord;

    /// <summary>Saves changes in one transaction, in order, or nothing.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task<RecordResult> SaveAsync(RecordBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// A number that each batch raises that changes a record of a table that <see cref="RecordTable.RaisesEpoch"/>; 0 at first.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<long> GetEpochAsync(CancellationToken cancellationToken);

    /// <summary>Reserves ids for records that refer to each other and are inserted by one batch.</summary>
    /// <param name="table">The table.</param>
    /// <param name="count">How many, 1 upward.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The first of <paramref name="count"/> consecutive ids.</returns>
    Task<long> ReserveIdsAsync(RecordTable table, int count, CancellationToken cancellationToken);
}
