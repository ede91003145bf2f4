using System.Collections.Concurrent;
using Maas.Sql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// A store's schema in PostgreSQL. Queries and transactions run on threads of their own, one for each connection: a database that does not
/// answer blocks none of the application's.
/// </summary>
internal sealed class PostgresDatabase : SqlDatabase, IDisposable
{
    private readonly BlockingCollection<PostgresWork> _queue = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private int _isClosed;

    public PostgresDatabase(NpgsqlDataSource source, PostgresStoreOptions options, DatabaseClock clock, ILogger logger)
    {
        for (var number = 1; number <= options.Connections; number++)
        {
            var worker = new PostgresConnection(source, options, clock, logger, NoteLoss, _stop.Token);
            var thread = new Thread(() => Run(worker)) { IsBackground = true, Name = $"Maas.Postgres {number}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <inheritdoc/>
    public override Task<T> ReadAsync<T>(Func<SqlSession, T> query, CancellationToken cancellationToken) =>
        Enqueue(connection => connection.Read(query), null, cancellationToken);

    /// <inheritdoc/>
    public override Task<T> WriteAsync<T>(
        Func<SqlSession, T> change, CancellationToken cancellationToken, WriteKind kind = WriteKind.Ordinary, long bytes = 0) =>
        Enqueue(connection => connection.Write(change, kind), kind, cancellationToken);

    /// <summary>Finishes what was begun, then closes the connections.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0) return;
        _queue.CompleteAdding();
        _stop.Cancel();
        foreach (var thread in _threads) thread.Join();
        _queue.Dispose();
        _stop.Dispose();
    }

    private Task<T> Enqueue<T>(Func<PostgresConnection, T> run, WriteKind? kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed) != 0, this);
        var work = new PostgresWork<T>(run, kind, cancellationToken);
        _queue.Add(work, CancellationToken.None);
        return work.Task;
    }

    private void Run(PostgresConnection connection)
    {
        using (connection)
        {
            foreach (var work in _queue.GetConsumingEnumerable()) work.Run(connection);
        }
    }
}
