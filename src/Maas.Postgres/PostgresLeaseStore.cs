using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// The DHCP leases of several hosts in PostgreSQL, in the schema of <see cref="PostgresMaasStore"/>: one row for each address. Leases that
/// come together are written by one statement.
/// </summary>
/// <remarks>
/// An address is one address in a schema: sites that use the same private network for different links need schemas of their own.
/// </remarks>
/// <example>
/// <code>
/// await using var store = new PostgresLeaseStore(new PostgresStoreOptions { ConnectionString = "Host=db.example.com;Database=maas" });
/// await using var addresses = await SharedLeaseAllocator.OpenAsync([subnet], store);
/// </code>
/// </example>
public sealed class PostgresLeaseStore : ISharedLeaseStore, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly DatabaseClock _clock;
    private readonly PostgresLeaseConnection _writer;
    private readonly PostgresLeaseConnection _reader;
    private readonly PostgresLeaseListener _listener;
    private readonly string _channel;
    private readonly TimeProvider _host;
    private long _notifiedAt;

    /// <summary>A store with options. Nothing is connected or created before it is used.</summary>
    /// <param name="options">The options; copied.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    /// <exception cref="OptionsValidationException">An option is invalid.</exception>
    public PostgresLeaseStore(PostgresStoreOptions options, ILoggerFactory? loggerFactory = null)
        : this(options, loggerFactory, TimeProvider.System) { }

    internal PostgresLeaseStore(PostgresStoreOptions options, ILoggerFactory? loggerFactory, TimeProvider host)
    {
        ArgumentNullException.ThrowIfNull(options);
        var checkedOptions = new PostgresStoreOptionsValidator().Validate(null, options);
        if (checkedOptions.Failed)
            throw new OptionsValidationException(nameof(PostgresStoreOptions), typeof(PostgresStoreOptions), checkedOptions.Failures);
        options = options.Copy();
        _source = PostgresDataSource.Create(options);
        _host = host;
        _clock = new DatabaseClock(host);
        _channel = $"maas_leases_{options.Schema}";
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<PostgresLeaseStore>();
        _writer = new PostgresLeaseConnection(_source, options, logger);
        _reader = new PostgresLeaseConnection(_source, options, logger);
        _listener = new PostgresLeaseListener(new PostgresLeaseConnection(_source, options, logger), _channel, host);
    }

    /// <inheritdoc/>
    public TimeProvider GetClock(TimeProvider host) => host == TimeProvider.System ? _clock : host;

    /// <inheritdoc/>
    public async ValueTask<SharedLeaseChanges> ReadAsync(Guid server, long after, CancellationToken cancellationToken) =>
        await _reader.RunAsync(connection => ReadAsync(connection, server, after, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SharedLease>> WriteAsync(
        Guid server, ReadOnlyMemory<SharedLease> leases, CancellationToken cancellationToken) =>
        await _writer.RunAsync(connection => WriteAsync(connection, server, leases, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SharedLease>> ClaimAsync(
        Guid server, IReadOnlyList<IPAddress> addresses, TimeSpan duration, CancellationToken cancellationToken) =>
        await _reader.RunAsync(connection => ClaimAsync(connection, server, addresses, duration, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(Guid server, CancellationToken cancellationToken) =>
        await _reader.RunAsync(
            async connection =>
            {
                var command = Command(connection, LeaseSql.Release, ("server", server));
                await using (command.ConfigureAwait(false))
                    return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _listener.WaitAsync(longest, cancellationToken);

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<SharedLeaseChanges> ReadAsync(
        NpgsqlConnection connection, Guid server, long after, CancellationToken cancellationToken)
    {
        // What is in progress now is read the next time: the position is the oldest transaction that is.
        var position = after;
        var command = Command(connection, LeaseSql.Position);
        await using (command.ConfigureAwait(false))
        {
            var sent = _clock.GetTimestamp();
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                position = reader.GetInt64(0);
                _clock.Set(DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), sent);
            }
        }

        var changes = await QueryAsync(connection, LeaseSql.Changes, cancellationToken, ("after", after), ("server", server))
            .ConfigureAwait(false);
        return new SharedLeaseChanges(changes, position);
    }

    private async Task<IReadOnlyList<SharedLease>> WriteAsync(
        NpgsqlConnection connection, Guid server, ReadOnlyMemory<SharedLease> leases, CancellationToken cancellationToken)
    {
        HashSet<long> written = [];
        var command = Command(connection, LeaseSql.Write, [.. LeaseColumns.Of(leases.Span), ("server", server)]);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) written.Add(reader.GetInt64(0));
        }

        await NotifyAsync(connection, cancellationToken).ConfigureAwait(false);
        if (written.Count == leases.Length) return [];
        var others = Addresses(leases.Span, written);
        return await QueryAsync(connection, LeaseSql.Find, cancellationToken, ("addresses", others)).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<SharedLease>> ClaimAsync(
        NpgsqlConnection connection, Guid server, IReadOnlyList<IPAddress> addresses, TimeSpan duration,
        CancellationToken cancellationToken)
    {
        // Three transactions: each locks its rows in the order of addresses, so that those of several hosts do not wait for each other.
        var milliseconds = (long)duration.TotalMilliseconds;
        await ExecuteAsync(connection, LeaseSql.Keep, cancellationToken, ("server", server), ("duration", milliseconds))
            .ConfigureAwait(false);
        if (addresses.Count > 0)
            await ExecuteAsync(
                connection, LeaseSql.Claim, cancellationToken, ("server", server), ("duration", milliseconds),
                ("addresses", addresses.Select(LeaseColumns.NumberOf).ToArray())).ConfigureAwait(false);
        return await QueryAsync(connection, LeaseSql.Reserve, cancellationToken, ("server", server)).ConfigureAwait(false);
    }

    // Peers look every second by themselves.
    private async Task NotifyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_notifiedAt != 0 && _host.GetElapsedTime(_notifiedAt) < TimeSpan.FromMilliseconds(100)) return;
        _notifiedAt = _host.GetTimestamp();
        await ExecuteAsync(connection, "SELECT pg_notify(@channel, '')", cancellationToken, ("channel", _channel)).ConfigureAwait(false);
    }

    private static long[] Addresses(ReadOnlySpan<SharedLease> leases, HashSet<long> without)
    {
        List<long> addresses = [];
        foreach (ref readonly var lease in leases)
            if (LeaseColumns.NumberOf(lease.Lease.Address) is var number && !without.Contains(number)) addresses.Add(number);
        return [.. addresses];
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        var command = Command(connection, sql, parameters);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<SharedLease>> QueryAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        List<SharedLease> found = [];
        var command = Command(connection, sql, parameters);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add(LeaseColumns.Read(reader));
        }

        return found;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters) command.Parameters.Add(new NpgsqlParameter(name, value));
        return command;
    }
}
