using System.Net;
using Maas.Boot.Dhcp.Leases;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maas.Postgres;

#pragma warning disable CA1001 // It has CloseAsync: a container that has the store would dispose of it, and its owner does already.
/// <summary>A table of leases as the store of several hosts. Leases that come together are written by one statement.</summary>
internal sealed class LeaseTableStore<TLease> : ISharedLeaseStore<TLease>
#pragma warning restore CA1001
{
    private const string Notify = "SELECT pg_notify(@channel, '')";

    private readonly LeaseTable<TLease> _table;
    private readonly DatabaseClock _clock;
    private readonly PostgresLeaseConnection _writer;
    private readonly PostgresLeaseConnection _reader;
    private readonly PostgresLeaseListener _listener;
    private readonly string _channel;
    private readonly TimeProvider _host;
    private long _notifiedAt;

    /// <summary>Makes a store; nothing is connected before it is used.</summary>
    /// <param name="table">The table.</param>
    /// <param name="channel">The channel of its notifications.</param>
    /// <param name="source">Where to connect; disposed of by the caller.</param>
    /// <param name="options">The store's options.</param>
    /// <param name="logger">Where to log.</param>
    /// <param name="host">The host's clock.</param>
    public LeaseTableStore(
        LeaseTable<TLease> table, string channel, NpgsqlDataSource source, PostgresStoreOptions options, ILogger logger,
        TimeProvider host)
    {
        (_table, _channel, _host) = (table, channel, host);
        _clock = new DatabaseClock(host);
        _writer = new PostgresLeaseConnection(source, options, logger);
        _reader = new PostgresLeaseConnection(source, options, logger);
        _listener = new PostgresLeaseListener(new PostgresLeaseConnection(source, options, logger), channel, host);
    }

    /// <inheritdoc/>
    public TimeProvider GetClock(TimeProvider host) => host == TimeProvider.System ? _clock : host;

    /// <inheritdoc/>
    public async ValueTask<SharedLeaseChanges<TLease>> ReadAsync(Guid server, long after, CancellationToken cancellationToken) =>
        await _reader.RunAsync(connection => ReadAsync(connection, server, after, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SharedLease<TLease>>> WriteAsync(
        Guid server, ReadOnlyMemory<SharedLease<TLease>> leases, CancellationToken cancellationToken) =>
        await _writer.RunAsync(connection => WriteAsync(connection, server, leases, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SharedLease<TLease>>> ClaimAsync(
        Guid server, IReadOnlyList<IPAddress> addresses, TimeSpan duration, CancellationToken cancellationToken) =>
        await _reader.RunAsync(connection => ClaimAsync(connection, server, addresses, duration, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(Guid server, IReadOnlyList<SharedLease<TLease>> reserve, CancellationToken cancellationToken)
    {
        if (reserve.Count == 0) return;
        await _reader.RunAsync(
            async connection =>
            {
                await ExecuteAsync(
                    connection, _table.Sql.Release, cancellationToken, ("server", server),
                    ("addresses", _table.Addresses(reserve.Select(entry => _table.AddressOf(entry.Lease)))),
                    ("held", reserve.Select(entry => entry.HeldUntil.ToUnixTimeMilliseconds()).ToArray())).ConfigureAwait(false);
                await ExecuteAsync(connection, Notify, cancellationToken, ("channel", _channel)).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _listener.WaitAsync(longest, cancellationToken);

    /// <summary>Closes the connections.</summary>
    public async ValueTask CloseAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<SharedLeaseChanges<TLease>> ReadAsync(
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

        var changes = await QueryAsync(connection, _table.Sql.Changes, cancellationToken, ("after", after), ("server", server))
            .ConfigureAwait(false);
        return new SharedLeaseChanges<TLease>(changes, position);
    }

    private async Task<IReadOnlyList<SharedLease<TLease>>> WriteAsync(
        NpgsqlConnection connection, Guid server, ReadOnlyMemory<SharedLease<TLease>> leases, CancellationToken cancellationToken)
    {
        HashSet<IPAddress> written = [];
        var command = Command(connection, _table.Sql.Write, [.. _table.Columns(leases.Span), ("server", server)]);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) written.Add(_table.ReadAddress(reader));
        }

        await NotifyAsync(connection, cancellationToken).ConfigureAwait(false);
        if (written.Count == leases.Length) return [];
        var others = _table.Addresses(Others(leases.Span, written));
        return await QueryAsync(connection, _table.Sql.Find, cancellationToken, ("addresses", others)).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<SharedLease<TLease>>> ClaimAsync(
        NpgsqlConnection connection, Guid server, IReadOnlyList<IPAddress> addresses, TimeSpan duration,
        CancellationToken cancellationToken)
    {
        // Three transactions: each locks its rows in the order of addresses, so that those of several hosts do not wait for each other.
        var milliseconds = (long)duration.TotalMilliseconds;
        await ExecuteAsync(connection, _table.Sql.Keep, cancellationToken, ("server", server), ("duration", milliseconds))
            .ConfigureAwait(false);
        if (addresses.Count > 0)
            await ExecuteAsync(
                connection, _table.Sql.Claim, cancellationToken, ("server", server), ("duration", milliseconds),
                ("addresses", _table.Addresses(addresses))).ConfigureAwait(false);
        return await QueryAsync(connection, _table.Sql.Reserve, cancellationToken, ("server", server)).ConfigureAwait(false);
    }

    // Peers look every second by themselves.
    private async Task NotifyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_notifiedAt != 0 && _host.GetElapsedTime(_notifiedAt) < TimeSpan.FromMilliseconds(100)) return;
        _notifiedAt = _host.GetTimestamp();
        await ExecuteAsync(connection, Notify, cancellationToken, ("channel", _channel)).ConfigureAwait(false);
    }

    private List<IPAddress> Others(ReadOnlySpan<SharedLease<TLease>> leases, HashSet<IPAddress> without)
    {
        List<IPAddress> others = [];
        foreach (ref readonly var lease in leases)
            if (_table.AddressOf(lease.Lease) is var address && !without.Contains(address)) others.Add(address);
        return others;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        var command = Command(connection, sql, parameters);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<SharedLease<TLease>>> QueryAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        List<SharedLease<TLease>> found = [];
        var command = Command(connection, sql, parameters);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add(_table.Read(reader));
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
