using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// IPv6 leases as rows of <c>dhcp6_leases</c>; addresses are 16 octets, and a client is its DUID and the number of its association.
/// </summary>
internal sealed class LeaseTable6() : LeaseTable<Lease6>(new LeaseSql("dhcp6_leases"))
{
    private const int AssociationLength = 4;

    public override IPAddress AddressOf(Lease6 lease) => lease.Address;

    public override object Addresses(IEnumerable<IPAddress> addresses) =>
        addresses.Select(address => address.GetAddressBytes()).ToArray();

    public override IPAddress ReadAddress(NpgsqlDataReader row) => new(row.GetFieldValue<byte[]>(0));

    protected override LeaseFields Describe(Lease6 lease)
    {
        var duid = lease.Client.Octets;
        var client = new byte[duid.IsEmpty ? 0 : duid.Length + AssociationLength];
        duid.CopyTo(client);
        if (client.Length > 0) BinaryPrimitives.WriteUInt32BigEndian(client.AsSpan(duid.Length), lease.AssociationId);
        return new LeaseFields(client, lease.Hardware ?? default, lease.State, lease.Since, lease.ExpiresAt, lease.Rule);
    }

    protected override (string Name, object Value)[] OwnColumns(Lease6[] leases) => [];

    protected override Lease6 Read(NpgsqlDataReader row, IPAddress address, LeaseFields fields)
    {
        var client = fields.Client.AsSpan();
        var hasClient = client.Length > AssociationLength;
        return new Lease6
        {
            Address = address,
            Client = hasClient ? new Duid(client[..^AssociationLength]) : default,
            AssociationId = hasClient ? BinaryPrimitives.ReadUInt32BigEndian(client[^AssociationLength..]) : 0,
            Hardware = fields.Hardware.Length == 0 ? null : fields.Hardware,
            State = fields.State,
            Since = fields.Since,
            ExpiresAt = fields.ExpiresAt,
            Rule = fields.Rule,
        };
    }
}
