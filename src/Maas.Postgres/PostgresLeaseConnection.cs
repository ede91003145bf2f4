using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// A connection of the lease store: opened when it is needed, and again when it was lost. What is run on it may be repeated. One caller
/// runs at a time.
/// </summary>
/// <param name="source">Where to connect.</param>
/// <param name="options">The store's options.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class PostgresLeaseConnection(NpgsqlDataSource source, PostgresStoreOptions options, ILogger logger)
    : IAsyncDisposable
{
    private const int Attempts = 3;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private NpgsqlConnection? _connection;
    private bool _isChecked;

    /// <summary>Runs statements, again when the connection was lost or another transaction was in the way.</summary>
    /// <exception cref="IOException">The database does not answer.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> run, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var wasOpen = _connection is not null;
                try
                {
                    _connection ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
                    return await run(_connection).ConfigureAwait(false);
                }
                catch (Exception failure)
                {
                    await CloseAsync().ConfigureAwait(false);
                    var kind = PostgresFailure.Of(failure);
                    if (kind is PostgresFailureKind.Final) throw;
                    // A server that refuses a new connection is away.
                    if (attempt == Attempts || (!wasOpen && kind is PostgresFailureKind.Lost))
                        throw new IOException($"PostgreSQL does not answer: {PostgresFailure.Describe(failure)}", failure);
                    PostgresMetrics.Repeated(kind);
                    LogRepeated(PostgresFailure.Describe(failure));
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = source.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var settings = new NpgsqlCommand(PostgresConnection.SettingsOf(options), connection);
            await using (settings.ConfigureAwait(false)) await settings.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            if (!_isChecked)
                await Task.Run(() => PostgresSchema.BringUpToDate(connection, options.Schema), cancellationToken).ConfigureAwait(false);
            _isChecked = true;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync().ConfigureAwait(false);
        _connection = null;
    }

    [LoggerMessage(13, LogLevel.Debug, "A statement of the lease store is repeated: {Reason}")]
    private partial void LogRepeated(string reason);
}
