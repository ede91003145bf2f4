using System.Diagnostics;
using Maas.Core.Stores;
using Maas.Sql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// The connection by which this host hears of changes that others made, and by which it leads: an advisory lock that ends with the
/// connection. It speaks every second. The server ends the connection of a host that has been silent for
/// <see cref="PostgresStoreOptions.LeaderTimeout"/>, and a host stops leading before that when it has no answer.
/// </summary>
/// <param name="source">Where to connect.</param>
/// <param name="options">The store's options.</param>
/// <param name="changes">Raised when a host has changed a machine.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class PostgresHostSession(
    NpgsqlDataSource source, PostgresStoreOptions options, StoreSignal changes, ILogger logger) : IAsyncDisposable
{
    private const int Interval = 1000; // milliseconds between two looks at the lock and at the connection
    private const int AnswerTime = 3;  // seconds
    private readonly TimeSpan _lapse = options.LeaderTimeout * 0.7; // the server counts from later on, and longer
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource<StoreLeadership>> _waiting = [];
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _leading;
    private Task _run = Task.CompletedTask;

    /// <summary>Begins to listen.</summary>
    /// <returns>Ends when this host hears of changes, or when the first attempt failed.</returns>
    public Task StartAsync()
    {
        _run = Task.Run(() => RunAsync(_stop.Token));
        return _listens.Task;
    }

    /// <summary>Waits until this host leads.</summary>
    public async Task<StoreLeadership> LeadAsync(CancellationToken cancellationToken)
    {
        var waiting = new TaskCompletionSource<StoreLeadership>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_leading is { IsCancellationRequested: false } leading) return new StoreLeadership(leading.Token);
            _waiting.Add(waiting);
        }

        using var registration = cancellationToken.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource<StoreLeadership>)source!).TrySetCanceled(token), waiting); // passed here
        return await waiting.Task.ConfigureAwait(false);
    }

    /// <summary>Ends; the lock is free at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        lock (_lock) _waiting.ForEach(waiting => waiting.TrySetCanceled());
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var connection = source.CreateConnection();
                await using (connection.ConfigureAwait(false)) await ListenAsync(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (cancellationToken.IsCancellationRequested || failure is OperationCanceledException)
            {
                // The store is closed.
            }
            catch (Exception failure)
            {
                LogLost(failure.GetType().Name, PostgresFailure.Describe(failure));
            }
            finally
            {
                StopLeading();
                _listens.TrySetResult();
            }

            // Readers look by themselves meanwhile.
            changes.Raise();
            await Task.Delay(TimeSpan.FromMilliseconds(Interval / 2), TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, PostgresConnection.SettingsOfHost(options), cancellationToken).ConfigureAwait(false);
        connection.Notification += (_, _) => changes.Raise();
        await ExecuteAsync(connection, $"LISTEN \"maas_{options.Schema}\"", cancellationToken).ConfigureAwait(false);
        // Something may have been written since the store was opened, or since the last connection was lost.
        if (!_listens.TrySetResult()) changes.Raise();
        while (true)
        {
            // A request to lead that comes in between is the next statement's.
            var triesToLead = _leading is null && IsAsked();
            var sent = Stopwatch.GetTimestamp();
            var answer = await ExecuteAsync(
                connection, triesToLead ? PostgresLocks.TryLead : "SELECT true", cancellationToken).ConfigureAwait(false);
            if (triesToLead && answer is true) StartLeading();
            KeepLeading(sent);
            await connection.WaitAsync(Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsAsked()
    {
        lock (_lock)
        {
            _waiting.RemoveAll(waiting => waiting.Task.IsCompleted);
            return _waiting.Count > 0;
        }
    }

    private void StartLeading()
    {
        LogLeads(options.Schema);
        PostgresMetrics.Leads(true);
        lock (_lock)
        {
            _leading = new CancellationTokenSource();
            foreach (var waiting in _waiting) waiting.TrySetResult(new StoreLeadership(_leading.Token));
            _waiting.Clear();
        }
    }

    /// <summary>The server has answered: for some time it gives the lock to no other host.</summary>
    /// <param name="sent">When it was asked.</param>
    /// <exception cref="TimeoutException">It was asked too long ago.</exception>
    private void KeepLeading(long sent)
    {
        if (_leading is not { } leading) return;
        var left = _lapse - Stopwatch.GetElapsedTime(sent);
        if (left <= TimeSpan.Zero || leading.IsCancellationRequested)
            throw new TimeoutException("The server's answer came after the leadership had lapsed.");
        leading.CancelAfter(left);
    }

    private void StopLeading()
    {
        CancellationTokenSource? leading;
        lock (_lock) (leading, _leading) = (_leading, null);
        if (leading is null) return;
        LogLeadsNoMore(options.Schema);
        PostgresMetrics.Leads(false);
        leading.Cancel();
        leading.Dispose();
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = sql;
            command.CommandTimeout = AnswerTime;
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "Lost the connection that listens to PostgreSQL ({Failure}: {Reason}); connecting again")]
    private partial void LogLost(string failure, string reason);

    [LoggerMessage(11, LogLevel.Information, "This host leads the hosts of schema {Schema}: it runs deadlines and evaluations")]
    private partial void LogLeads(string schema);

    [LoggerMessage(12, LogLevel.Warning, "This host does not lead the hosts of schema {Schema} any more")]
    private partial void LogLeadsNoMore(string schema);
}
