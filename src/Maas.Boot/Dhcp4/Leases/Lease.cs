using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Serialization;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>What is known about one address: who has it, since when, until when, and why. The last record of an address counts.</summary>
public readonly record struct Lease : ILeaseRecord<Lease, IPv4Address>
{
    /// <summary>Makes a lease without an object for its address.</summary>
    [SetsRequiredMembers]
#pragma warning disable CS8618 // Address is a view of IPv4
    internal Lease(IPv4Address address, ClientIdentifier client, LeaseState state, DateTimeOffset since, DateTimeOffset expiresAt)
#pragma warning restore CS8618
    {
        IPv4 = address;
        Client = client;
        State = state;
        Since = since;
        ExpiresAt = expiresAt;
    }

    /// <summary>The address.</summary>
    [JsonConverter(typeof(IPAddressJsonConverter))]
    public required IPAddress Address { get => IPv4.ToIPAddress(); init => IPv4 = value.ToIPv4(); }

    /// <summary>Who has it, or had it last.</summary>
    public required ClientIdentifier Client { get; init; }

    /// <summary>The hardware address of the client's last message.</summary>
    public HardwareAddress Hardware { get; init; }

    /// <summary>What became of it.</summary>
    public required LeaseState State { get; init; }

    /// <summary>Since when the client has it, or since when it is in this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When the state ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The name the client calls itself (option 12); <see langword="null"/> when it does not.</summary>
    public string? HostName { get; init; }

    /// <summary>
    /// Why the client got this address and no other; <see langword="null"/> when a version that did not keep it wrote the store.
    /// </summary>
    public string? Rule { get; init; }

    /// <summary>
    /// The relay that passed on the client's last message that went through one (giaddr); <see langword="null"/> for a client on the
    /// server's own link.
    /// </summary>
    [JsonConverter(typeof(IPAddressJsonConverter))]
    public IPAddress? Relay { get => RelayIPv4.ToIPAddressOrNull(); init => RelayIPv4 = value?.ToIPv4() ?? default; }

    /// <summary>Why the address is used, in words.</summary>
    public string Why => LeaseDescription.Of(State, $"{Hardware} (client {Client})", Rule);

    internal IPv4Address IPv4 { get; init; }

    internal IPv4Address RelayIPv4 { get; init; }

    IPv4Address ILeaseRecord<Lease, IPv4Address>.Key => IPv4;

    HardwareAddress? ILeaseRecord<Lease, IPv4Address>.Hardware => Hardware;

    bool ILeaseRecord<Lease, IPv4Address>.HasClient => !Client.Octets.IsEmpty;

    bool ILeaseRecord<Lease, IPv4Address>.IsOfSameClient(in Lease other) => Client.Octets.SequenceEqual(other.Client.Octets);
}
