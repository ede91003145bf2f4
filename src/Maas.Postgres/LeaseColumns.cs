using System.Buffers.Binary;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Npgsql;

namespace Maas.Postgres;

/// <summary>Leases as rows.</summary>
internal static class LeaseColumns
{
    private const int LongestText = 255;

    /// <summary>An IPv4 address as a number.</summary>
    public static long NumberOf(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    /// <summary>The columns of leases, an array each.</summary>
    public static (string Name, object Value)[] Of(ReadOnlySpan<SharedLease> leases)
    {
        var count = leases.Length;
        var (addresses, relays) = (new long[count], new long[count]);
        var (since, expires, held) = (new long[count], new long[count], new long[count]);
        var (clients, hardware, types, states) = (new byte[count][], new byte[count][], new short[count], new short[count]);
        var (names, rules) = (new string?[count], new string?[count]);
        for (var i = 0; i < count; i++)
        {
            var lease = leases[i].Lease;
            addresses[i] = NumberOf(lease.Address);
            relays[i] = lease.Relay is { } relay ? NumberOf(relay) : 0;
            (since[i], expires[i], held[i]) = (TimeOf(lease.Since), TimeOf(lease.ExpiresAt), TimeOf(leases[i].HeldUntil));
            clients[i] = lease.Client.Octets.ToArray();
            hardware[i] = new byte[lease.Hardware.Length];
            lease.Hardware.CopyTo(hardware[i]);
            (types[i], states[i]) = (lease.Hardware.Type, (short)lease.State);
            (names[i], rules[i]) = (TextOf(lease.HostName), TextOf(lease.Rule));
        }

        return
        [
            ("address", addresses), ("client", clients), ("hardware_type", types), ("hardware", hardware), ("state", states),
            ("since", since), ("expires_at", expires), ("held_until", held), ("host_name", names), ("rule", rules), ("relay", relays),
        ];
    }

    /// <summary>Reads a row.</summary>
    public static SharedLease Read(NpgsqlDataReader row)
    {
        var relay = row.GetInt64(10);
        var lease = new Lease
        {
            Address = AddressOf(row.GetInt64(0)),
            Client = new ClientIdentifier(row.GetFieldValue<byte[]>(1)),
            Hardware = new HardwareAddress((byte)row.GetInt16(2), row.GetFieldValue<byte[]>(3)),
            State = (LeaseState)row.GetInt16(4),
            Since = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
            HostName = row.IsDBNull(8) ? null : row.GetString(8),
            Rule = row.IsDBNull(9) ? null : row.GetString(9),
            Relay = relay == 0 ? null : AddressOf(relay),
        };
        return new SharedLease(
            lease, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)), row.IsDBNull(11) ? null : row.GetFieldValue<Guid>(11));
    }

    private static IPAddress AddressOf(long number)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)number);
        return new IPAddress(octets);
    }

    private static long TimeOf(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    // A client chooses its name, and PostgreSQL stores no NUL: one name must not keep the leases of others from being written.
    private static string? TextOf(string? text)
    {
        if (text is null) return null;
        if (text.Length > LongestText) text = text[..LongestText];
        return text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')
            ? new string([.. text.Where(character => !char.IsControl(character) && !char.IsSurrogate(character))])
            : text;
    }
}
