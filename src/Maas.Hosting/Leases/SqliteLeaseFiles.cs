using System.Buffers.Binary;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Microsoft.Data.Sqlite;

namespace Maas.Hosting.Leases;

/// <summary>
/// Reads the SQLite files in which version 0.1 kept its leases. They are read once, at the first start of a newer version, which then keeps
/// a journal (decision 2).
/// </summary>
internal static class SqliteLeaseFiles
{
    private const int NewestSchema = 3, NewestSchema6 = 1;

    /// <summary>The IPv4 leases of a file.</summary>
    /// <exception cref="InvalidOperationException">A newer version of that program wrote the file.</exception>
    /// <exception cref="SqliteException">It is no such file, or another process has it open.</exception>
    public static IReadOnlyList<Lease> Read(string path) => Read(
        path, NewestSchema,
        static version => $"""
            SELECT address, client, hardware, state, since, expires_at, host_name,
              {(version >= 2 ? "rule" : "NULL")}, {(version >= 3 ? "relay" : "NULL")} FROM lease
            """,
        static row => new Lease
        {
            Address = AddressOf(row.GetInt64(0)),
            Client = new ClientIdentifier(row.GetFieldValue<byte[]>(1)),
            Hardware = HardwareOf(row.GetFieldValue<byte[]>(2)),
            State = (LeaseState)row.GetInt32(3),
            Since = new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
            HostName = row.IsDBNull(6) ? null : row.GetString(6),
            Rule = row.IsDBNull(7) ? null : row.GetString(7),
            Relay = row.IsDBNull(8) ? null : AddressOf(row.GetInt64(8)),
        });

    /// <summary>The IPv6 leases of a file.</summary>
    /// <exception cref="InvalidOperationException">A newer version of that program wrote the file.</exception>
    /// <exception cref="SqliteException">It is no such file, or another process has it open.</exception>
    public static IReadOnlyList<Lease6> Read6(string path) => Read(
        path, NewestSchema6,
        static _ => "SELECT address, client, association, hardware, state, since, expires_at, rule FROM lease6",
        static row => new Lease6
        {
            Address = new IPAddress(row.GetFieldValue<byte[]>(0)),
            Client = new Duid(row.GetFieldValue<byte[]>(1)),
            AssociationId = (uint)row.GetInt64(2),
            Hardware = row.IsDBNull(3) ? null : HardwareOf(row.GetFieldValue<byte[]>(3)),
            State = (LeaseState)row.GetInt32(4),
            Since = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
            Rule = row.IsDBNull(7) ? null : row.GetString(7),
        });

    private static List<T> Read<T>(string path, int newest, Func<long, string> query, Func<SqliteDataReader, T> read)
    {
        // Not read-only: leases that a crash left in the write-ahead log are then part of the file once it is closed.
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
                DefaultTimeout = 2,
            }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var version = (long)command.ExecuteScalar()!; // the pragma always has a value
        if (version > newest)
        {
            throw new InvalidOperationException(
                $"The leases in {path} have schema {version}; this program knows {newest}. Use the newer program, or remove the file.");
        }

        List<T> leases = [];
        if (version == 0) return leases; // made, and not yet written
        command.CommandText = query(version);
        using var rows = command.ExecuteReader();
        while (rows.Read()) leases.Add(read(rows));
        return leases;
    }

    // One octet of type, then the address.
    private static HardwareAddress HardwareOf(byte[] octets) => new(octets[0], octets.AsSpan(1));

    private static IPAddress AddressOf(long number)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)number);
        return new IPAddress(octets);
    }
}
