using System.Diagnostics;
using Maas.Sql;

namespace Maas.Postgres;

/// <summary>A query or a transaction that waits for a connection.</summary>
internal abstract class PostgresWork
{
    public abstract void Run(PostgresConnection connection);
}

/// <summary>A query or a transaction that waits for a connection. It is cancelled before it has begun only.</summary>
/// <typeparam name="T">Its result.</typeparam>
internal sealed class PostgresWork<T> : PostgresWork
{
    private readonly long _requested = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<PostgresConnection, long, T> _run;
    private readonly WriteKind? _kind;
    private readonly CancellationTokenRegistration _cancellation;
    private int _isTaken;

    /// <summary>A query, or a transaction.</summary>
    /// <param name="run">Runs it; the number is the timestamp of the request.</param>
    /// <param name="kind">What a transaction does; <see langword="null"/> for a query.</param>
    /// <param name="cancellationToken">Cancels it while it waits.</param>
    public PostgresWork(Func<PostgresConnection, long, T> run, WriteKind? kind, CancellationToken cancellationToken)
    {
        (_run, _kind) = (run, kind);
        _cancellation = cancellationToken.UnsafeRegister(
            static (work, token) => ((PostgresWork<T>)work!).Cancel(token), this); // the state that is passed here
    }

    /// <summary>The result.</summary>
    public Task<T> Task => _done.Task;

    public override void Run(PostgresConnection connection)
    {
        _cancellation.Unregister();
        if (Interlocked.Exchange(ref _isTaken, 1) != 0) return;
        try
        {
            var result = _run(connection, _requested);
            if (_kind is not null) PostgresMetrics.WriteDuration.Record(Stopwatch.GetElapsedTime(_requested).TotalSeconds);
            _done.SetResult(result);
        }
        catch (Exception failure)
        {
            _done.SetException(failure);
        }
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isTaken, 1) == 0) _done.SetCanceled(cancellationToken);
    }
}
