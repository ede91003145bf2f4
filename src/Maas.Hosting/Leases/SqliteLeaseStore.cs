using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Microsoft.Data.Sqlite;

namespace Maas.Hosting.Leases;

/// <summary>Boot's IPv4 leases in SQLite: one row an address.</summary>
internal sealed class SqliteLeaseStore : ILeaseStore, IAsyncDisposable
{
    private static readonly string[] S_migrations =
    [
        """
        CREATE TABLE lease (
          address    INTEGER PRIMARY KEY, -- the address as a number, network byte order
          client     BLOB    NOT NULL,
          hardware   BLOB    NOT NULL,    -- one octet of type, then the address
          state      INTEGER NOT NULL,
          since      INTEGER NOT NULL,    -- ticks, UTC
          expires_at INTEGER NOT NULL,
          host_name  TEXT
        ) STRICT;
        """,
        "ALTER TABLE lease ADD COLUMN rule TEXT", // why the client got the address
        "ALTER TABLE lease ADD COLUMN relay INTEGER", // the relay's address as a number; null for a client on the server's own link
    ];

    private const string Upsert = """
        INSERT INTO lease (address, client, hardware, state, since, expires_at, host_name, rule, relay)
        VALUES ($address, $client, $hardware, $state, $since, $expires_at, $host_name, $rule, $relay)
        ON CONFLICT (address) DO UPDATE SET client = excluded.client, hardware = excluded.hardware, state = excluded.state,
          since = excluded.since, expires_at = excluded.expires_at, host_name = excluded.host_name, rule = excluded.rule,
          relay = excluded.relay
        """;

    private readonly LeaseDatabase _database;

    private SqliteLeaseStore(LeaseDatabase database) => _database = database;

    /// <summary>Opens the file, and makes it when it is missing.</summary>
    /// <exception cref="InvalidOperationException">A newer version of this program wrote it.</exception>
    /// <exception cref="SqliteException">It is no such file, or cannot be opened.</exception>
    public static SqliteLeaseStore Open(string path) =>
        new(LeaseDatabase.Open(
        path, S_migrations, Upsert, [
            "$address", "$client", "$hardware", "$state", "$since", "$expires_at", "$host_name", "$rule", "$relay"]));

    /// <inheritdoc/>
    public async IAsyncEnumerable<Lease> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var lease in _database.Read(
            "SELECT address, client, hardware, state, since, expires_at, host_name, rule, relay FROM lease", Read)) yield return lease;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken)
    {
        var rows = new object?[leases.Length][];
        for (var i = 0; i < rows.Length; i++) rows[i] = RowOf(leases.Span[i]);
        return _database.Write(rows);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static object?[] RowOf(in Lease lease)
    {
        return
        [
            NumberOf(lease.Address), lease.Client.Octets.ToArray(), HardwareColumn.Write(lease.Hardware),
            (int)lease.State, lease.Since.UtcTicks, lease.ExpiresAt.UtcTicks, lease.HostName, lease.Rule,
            lease.Relay is { } relay ? NumberOf(relay) : null,
        ];
    }

    private static Lease Read(SqliteDataReader row)
    {
        return new Lease
        {
            Address = AddressOf(row.GetInt64(0)),
            Client = new ClientIdentifier(row.GetFieldValue<byte[]>(1)),
            Hardware = HardwareColumn.Read(row.GetFieldValue<byte[]>(2)),
            State = (LeaseState)row.GetInt32(3),
            Since = new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
            HostName = row.IsDBNull(6) ? null : row.GetString(6),
            Rule = row.IsDBNull(7) ? null : row.GetString(7),
            Relay = row.IsDBNull(8) ? null : AddressOf(row.GetInt64(8)),
        };
    }

    private static long NumberOf(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(octets);
    }

    private static IPAddress AddressOf(long number)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)number);
        return new IPAddress(octets);
    }
}
