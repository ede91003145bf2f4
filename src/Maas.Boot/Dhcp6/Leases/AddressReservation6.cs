using System.Net;
using System.Text.Json.Serialization;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>An address kept for one machine.</summary>
/// <param name="Address">The address.</param>
public abstract record AddressReservation6([property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Address)
{
    internal abstract bool Matches(Duid client, HardwareAddress? hardware);

    /// <summary>Whether a lease is of the client that this is for.</summary>
    internal bool IsFor(Lease6 lease) => Matches(lease.Client, lease.Hardware);

    /// <summary>For the machine with this hardware address, as its relay, its link-local address, or its DUID tells.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Hardware">The machine's hardware address.</param>
    public sealed record ForHardware(IPAddress Address, HardwareAddress Hardware) : AddressReservation6(Address)
    {
        internal override bool Matches(Duid client, HardwareAddress? hardware) => hardware == Hardware;
    }

    /// <summary>For the client with this identifier.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Client">The identifier. Firmware and the installed system commonly have two.</param>
    public sealed record ForClient(IPAddress Address, Duid Client) : AddressReservation6(Address)
    {
        internal override bool Matches(Duid client, HardwareAddress? hardware) => client == Client;
    }
}
