using System.Diagnostics.CodeAnalysis;
using System.Net;
using Maas.Boot.Dhcp.Wire;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>What is known about one address: who has it, since when, until when, and why. The last record of an address counts.</summary>
public readonly record struct Lease
{
    /// <summary>Makes a lease without an object for its address.</summary>
    [SetsRequiredMembers]
#pragma warning disable CS8618 // Address is a view of Number
    internal Lease(uint number, ClientIdentifier client, LeaseState state, DateTimeOffset since, DateTimeOffset expiresAt)
#pragma warning restore CS8618
    {
        Number = number;
        Client = client;
        State = state;
        Since = since;
        ExpiresAt = expiresAt;
    }

    /// <summary>The address.</summary>
    public required IPAddress Address { get => IPv4.ToAddress(Number); init => Number = value.ToNumber(); }

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
    public IPAddress? Relay { get => RelayNumber == 0 ? null : IPv4.ToAddress(RelayNumber); init => RelayNumber = value?.ToNumber() ?? 0; }

    /// <summary>Why the address is used, in words.</summary>
    public string Why => LeaseDescription.Of(State, $"{Hardware} (client {Client})", Rule);

    internal uint Number { get; init; }

    internal uint RelayNumber { get; init; }
}

/// <summary>What became of an address.</summary>
public enum LeaseState : byte
{
    /// <summary>Acknowledged: the client uses it until it expires.</summary>
    Bound = 1,

    /// <summary>Given back by the client.</summary>
    Released = 2,

    /// <summary>In use by somebody else, said the client: nobody gets it until this ends (RFC 2131 section 3.1, step 5).</summary>
    Quarantined = 3,

    /// <summary>Offered, and not yet taken. A store never sees it.</summary>
    Offered = 4,
}
