using System.Net;
using System.Text.Json.Serialization;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>What is known about one address: who has it, since when, until when, and why. The last record of an address counts.</summary>
public sealed record Lease6 : ILeaseRecord<Lease6, UInt128>
{
    /// <summary>The address.</summary>
    [JsonConverter(typeof(IPAddressJsonConverter))]
    public required IPAddress Address { get; init; }

    /// <summary>Who has it, or had it last.</summary>
    public required Duid Client { get; init; }

    /// <summary>The client's number of its interface (IAID).</summary>
    public required uint AssociationId { get; init; }

    /// <summary>The hardware address of the client's last message, as far as it told; <see langword="null"/> when it did not.</summary>
    public HardwareAddress? Hardware { get; init; }

    /// <summary>What became of it; never <see cref="LeaseState.Offered"/>, since an advertised address is not held.</summary>
    public required LeaseState State { get; init; }

    /// <summary>Since when the client has it, or since when it is in this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When the state ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// Why the client got this address and no other; <see langword="null"/> when a version that did not keep it wrote the store.
    /// </summary>
    public string? Rule { get; init; }

    /// <summary>Why the address is used, in words.</summary>
    public string Why =>
        LeaseDescription.Of(State, $"{Hardware?.ToString() ?? "somebody"} (client {Client}, interface {AssociationId:x8})", Rule);

    UInt128 ILeaseRecord<Lease6, UInt128>.Key => Address.ToNumber128();

    bool ILeaseRecord<Lease6, UInt128>.HasClient => !Client.Octets.IsEmpty;

    bool ILeaseRecord<Lease6, UInt128>.IsOfSameClient(in Lease6 other) => IsOf(other.Client, other.AssociationId);

    /// <summary>Whether it is of an association of a client.</summary>
    internal bool IsOf(Duid client, uint association) => Client == client && AssociationId == association;
}
