using System.Net;
using System.Text.Json.Serialization;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>An address kept for one client, known by one of four marks.</summary>
/// <param name="Address">The address.</param>
public abstract record AddressReservation([property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Address)
{
    /// <summary>The client's name, told to it as option 12; <see langword="null"/> leaves it out.</summary>
    public string? HostName { get; init; }

    internal abstract bool Matches(DhcpMessage request);

    /// <summary>Whether a lease is of the client that this is for; <see langword="null"/> when a lease does not tell.</summary>
    internal virtual bool? IsFor(LeaseBinding lease) => null;

    /// <summary>For the client with this hardware address, whatever identifier it sends.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Hardware">The client's hardware address.</param>
    public sealed record ForHardware(IPAddress Address, HardwareAddress Hardware) : AddressReservation(Address)
    {
        internal override bool Matches(DhcpMessage request) => request.Hardware == Hardware;

        internal override bool? IsFor(LeaseBinding lease) => lease.Hardware == Hardware;
    }

    /// <summary>For the client that sends this identifier (option 61).</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Client">The identifier.</param>
    public sealed record ForClient(IPAddress Address, ClientIdentifier Client) : AddressReservation(Address)
    {
        internal override bool Matches(DhcpMessage request) => Client.Matches(request);

        internal override bool? IsFor(LeaseBinding lease) => lease.Client == Client;
    }

    /// <summary>For the machine with this SMBIOS UUID (option 97).</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Machine">The UUID as the operating system shows it.</param>
    public sealed record ForMachine(IPAddress Address, Guid Machine) : AddressReservation(Address)
    {
        internal override bool Matches(DhcpMessage request) => MachineIdentifier.Of(request) == Machine;
    }

    /// <summary>For any client that is attached to this circuit of a relay (option 82 sub-option 1).</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Circuit">The circuit id in the relay's own notation.</param>
    public sealed record ForCircuit(IPAddress Address, ReadOnlyMemory<byte> Circuit) : AddressReservation(Address)
    {
        internal override bool Matches(DhcpMessage request) =>
            !Circuit.IsEmpty && RelayAgentInformation.CircuitIdOf(request).SequenceEqual(Circuit.Span);
    }
}
