namespace Maas.Sql;

/// <summary>A database with the tables of a store.</summary>
internal abstract class SqlDatabase
{
    private long _losses;

    /// <summary>Raised after each transaction that changed a machine.</summary>
    public StoreSignal Changes { get; } = new();

    /// <summary>
    /// How often a connection was lost. Behind the next one may be another server, or the same one restored, where a number and a version
    /// that were assigned after its last moment are another machine's content.
    /// </summary>
    public long Losses => Interlocked.Read(ref _losses);

    /// <summary>Notes that a connection was lost.</summary>
    protected void NoteLoss() => Interlocked.Increment(ref _losses);

    /// <summary>Runs a query. It sees every write that has returned.</summary>
    public abstract Task<T> ReadAsync<T>(Func<SqlSession, T> query, CancellationToken cancellationToken);

    /// <summary>
    /// Runs <paramref name="change"/> in a transaction: all of it is durable when the task ends well, and none of it when it throws. Once
    /// begun it is not cancelled, because its outcome could not be determined.
    /// </summary>
    /// <param name="change">What to write. It may run more than once; only the last run counts.</param>
    /// <param name="cancellationToken">Gives up before it has begun.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="bytes">How much it adds, where that is more than some kilobytes.</param>
    /// <exception cref="Core.StoreFullException">The disk is full, or what is left of it is kept for deletions.</exception>
    public abstract Task<T> WriteAsync<T>(
        Func<SqlSession, T> change, CancellationToken cancellationToken, WriteKind kind = WriteKind.Ordinary, long bytes = 0);
}
