using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Maas.Core;
using Maas.Sql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// A store's schema in PostgreSQL. Queries and transactions run on threads of their own, one for each connection: a database that does not
/// answer blocks none of the application's. So many may wait; further ones fail at once, so that a host whose database does not keep up
/// keeps its memory.
/// </summary>
internal sealed class PostgresDatabase : SqlDatabase, IDisposable
{
    /// <summary>How many queries and transactions may wait for a connection.</summary>
    public const int QueueLimit = 10_000;

    private readonly BlockingCollection<PostgresWork> _queue = new(QueueLimit);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _preparations = [];
    private readonly PostgresStoreOptions _options;
    private readonly DatabaseClock _clock;
    private readonly ILogger _logger;
    private int _isClosed;

    public PostgresDatabase(NpgsqlDataSource source, PostgresStoreOptions options, DatabaseClock clock, ILogger logger)
    {
        (_options, _clock, _logger) = (options, clock, logger);
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
        Enqueue((connection, requested) => connection.Read(query, requested), null, cancellationToken);

    /// <inheritdoc/>
    public override Task<T> WriteAsync<T>(
        Func<SqlSession, T> change, CancellationToken cancellationToken, WriteKind kind = WriteKind.Ordinary, long bytes = 0) =>
        kind is WriteKind.Preparation ? PrepareAsync(change, cancellationToken) :
        Enqueue((connection, requested) => connection.Write(change, kind, requested), kind, cancellationToken);

    /// <summary>Finishes what was begun, then closes the connections.</summary>
    public void Dispose()
    {
        lock (_lock)
            if (Interlocked.Exchange(ref _isClosed, 1) != 0) return;
        _queue.CompleteAdding();
        _stop.Cancel();
        foreach (var thread in _threads) thread.Join();
        Task[] preparations;
        lock (_lock) preparations = [.. _preparations];
        // Its caller has its outcome; here only its end counts.
        foreach (var preparation in preparations)
            preparation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _queue.Dispose();
        _stop.Dispose();
    }

    /// <summary>Runs a transaction on a connection of its own, whose statements may take longer than those of others.</summary>
    private Task<T> PrepareAsync<T>(Func<SqlSession, T> change, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed) != 0, this);
            var stop = _stop.Token;
            var preparation = Task.Factory.StartNew(
                () =>
                {
                    using var source = PostgresDataSource.CreatePatient(_options);
                    using var connection = new PostgresConnection(source, _options, _clock, _logger, NoteLoss, stop);
                    return connection.Write(change, WriteKind.Preparation, Stopwatch.GetTimestamp());
                },
                cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _preparations.RemoveWhere(each => each.IsCompleted);
            _preparations.Add(preparation);
            return preparation;
        }
    }

    private Task<T> Enqueue<T>(Func<PostgresConnection, long, T> run, WriteKind? kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed) != 0, this);
        var work = new PostgresWork<T>(run, kind, cancellationToken);
        if (_queue.TryAdd(work)) return work.Task;
        PostgresMetrics.Refused();
        return Task.FromException<T>(new StoreUnavailableException(string.Create(
            CultureInfo.InvariantCulture, $"{QueueLimit:N0} queries and transactions of this host wait for its database already.")));
    }

    private void Run(PostgresConnection connection)
    {
        using (connection)
        {
            foreach (var work in _queue.GetConsumingEnumerable()) work.Run(connection);
        }
    }
}
