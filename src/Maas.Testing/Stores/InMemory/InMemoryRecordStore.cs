using Maas.Core.Records;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryRecordStore(InMemoryDatabase database) : IRecordStore
{
    public Task PrepareAsync(IReadOnlyList<RecordTable> tables, CancellationToken cancellationToken) =>
        database.WriteAsync(state => (state with { Records = state.Records.Prepare(tables) }, true), cancellationToken);

    public Task<T?> GetAsync<T>(RecordTable<T> table, long id, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(state => (T?)state.Records.Find(table, id), cancellationToken);

    public Task<IReadOnlyList<T>> ListAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        state => (IReadOnlyList<T>)[.. RecordMatch.Order(state.Records.All(query.Table), query).Take(query.Limit ?? int.MaxValue)],
        cancellationToken);

    public Task<long> CountAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        state => state.Records.All(query.Table).LongCount(record => RecordMatch.Matches(query.Table, record, query.Where)),
            cancellationToken);

    public Task<RecordResult> SaveAsync(RecordBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(state => RecordBatches.Save(state, batch, database.Limits), cancellationToken);

    public Task<long> GetEpochAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.Records.Epoch, cancellationToken);

    public Task<long> ReserveIdsAsync(RecordTable table, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return database.WriteAsync(
            state => (state with { Records = state.Records.Reserve(table, count, out var first) }, first), cancellationToken);
    }
}
