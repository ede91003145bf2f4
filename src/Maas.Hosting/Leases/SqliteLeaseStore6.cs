using System.Net;
using System.Runtime.CompilerServices;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Microsoft.Data.Sqlite;

namespace Maas.Hosting.Leases;

/// <summary>Boot's IPv6 leases in SQLite: one row an address.</summary>
internal sealed class SqliteLeaseStore6 : ILeaseStore6, IAsyncDisposable
{
    private static readonly string[] S_migrations =
    [
        """
        CREATE TABLE lease6 (
          address     BLOB    PRIMARY KEY,
          client      BLOB    NOT NULL,    -- its DUID
          association INTEGER NOT NULL,
          hardware    BLOB,                -- one octet of type, then the address
          state       INTEGER NOT NULL,
          since       INTEGER NOT NULL,    -- ticks, UTC
          expires_at  INTEGER NOT NULL,
          rule        TEXT                 -- why the client got the address
        ) STRICT;
        """,
    ];

    private const string Upsert = """
        INSERT INTO lease6 (address, client, association, hardware, state, since, expires_at, rule)
        VALUES ($address, $client, $association, $hardware, $state, $since, $expires_at, $rule)
        ON CONFLICT (address) DO UPDATE SET client = excluded.client, association = excluded.association, hardware = excluded.hardware, state = excluded.state,
          since = excluded.since, expires_at = excluded.expires_at, rule = excluded.rule
        """;

    private readonly LeaseDatabase _database;

    private SqliteLeaseStore6(LeaseDatabase database) => _database = database;

    /// <summary>Opens the file, and makes it when it is missing.</summary>
    /// <exception cref="InvalidOperationException">A newer version of this program wrote it.</exception>
    /// <exception cref="SqliteException">It is no such file, or cannot be opened.</exception>
    public static SqliteLeaseStore6 Open(string path) =>
        new(LeaseDatabase.Open(
        path, S_migrations, Upsert, ["$address", "$client", "$association", "$hardware", "$state", "$since", "$expires_at", "$rule"]));

    /// <inheritdoc/>
    /// <remarks>It never waits: the file is local, and its reading done when the first lease is there.</remarks>
    public async IAsyncEnumerable<Lease6> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var lease in _database.Read(
            "SELECT address, client, association, hardware, state, since, expires_at, rule FROM lease6", Read)) yield return lease;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<Lease6> leases, CancellationToken cancellationToken) => _database.Write(leases.Select(RowOf));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static object?[] RowOf(Lease6 lease) =>
    [
        lease.Address.GetAddressBytes(), lease.Client.Octets.ToArray(), (long)lease.AssociationId, lease.Hardware is { } hardware
            ? HardwareColumn.Write(hardware) : null,
        (int)lease.State, lease.Since.UtcTicks, lease.ExpiresAt.UtcTicks, lease.Rule,
    ];

    private static Lease6 Read(SqliteDataReader row) => new()
    {
        Address = new IPAddress(row.GetFieldValue<byte[]>(0)),
        Client = new Duid(row.GetFieldValue<byte[]>(1)),
        AssociationId = (uint)row.GetInt64(2),
        Hardware = row.IsDBNull(3) ? null : HardwareColumn.Read(row.GetFieldValue<byte[]>(3)),
        State = (LeaseState)row.GetInt32(4),
        Since = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
        ExpiresAt = new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
        Rule = row.IsDBNull(7) ? null : row.GetString(7),
    };
}
