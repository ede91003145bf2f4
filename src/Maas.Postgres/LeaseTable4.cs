using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Npgsql;

namespace Maas.Postgres;

/// <summary>IPv4 leases as rows of <c>dhcp_leases</c>; addresses are numbers.</summary>
internal sealed class LeaseTable4() : LeaseTable<Lease>(new LeaseSql("dhcp_leases", "host_name", "relay"))
{
    public override IPAddress AddressOf(Lease lease) => lease.Address;

    public override object Addresses(IEnumerable<IPAddress> addresses) => addresses.Select(NumberOf).ToArray();

    public override IPAddress ReadAddress(NpgsqlDataReader row) => AddressOf(row.GetInt64(0));

    protected override LeaseFields Describe(Lease lease) =>
        new(lease.Client.Octets.ToArray(), lease.Hardware, lease.State, lease.Since, lease.ExpiresAt, lease.Rule);

    protected override (string Name, object Value)[] OwnColumns(Lease[] leases) =>
    [
        ("host_name", leases.Select(lease => TextOf(lease.HostName)).ToArray()),
        ("relay", leases.Select(lease => lease.Relay is { } relay ? NumberOf(relay) : 0).ToArray()),
    ];

    protected override Lease Read(NpgsqlDataReader row, IPAddress address, LeaseFields fields)
    {
        var relay = row.GetInt64(10);
        return new Lease
        {
            Address = address,
            Client = new ClientIdentifier(fields.Client),
            Hardware = fields.Hardware,
            State = fields.State,
            Since = fields.Since,
            ExpiresAt = fields.ExpiresAt,
            HostName = TextAt(row, 9),
            Rule = fields.Rule,
            Relay = relay == 0 ? null : AddressOf(relay),
        };
    }

    private static long NumberOf(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress AddressOf(long number)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)number);
        return new IPAddress(octets);
    }
}
