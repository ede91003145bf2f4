using System.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>A lease of either version, as far as servers that share leases look at it.</summary>
/// <typeparam name="TSelf">The lease.</typeparam>
/// <typeparam name="TAddress">Its address without an object for it.</typeparam>
internal interface ILeaseRecord<TSelf, TAddress>
{
    /// <summary>The address, as the key of tables.</summary>
    TAddress Key { get; }

    /// <summary>The address.</summary>
    IPAddress Address { get; }

    /// <summary>The client's hardware address, as far as known.</summary>
    HardwareAddress? Hardware { get; }

    /// <summary>What became of the address.</summary>
    LeaseState State { get; }

    /// <summary>When the state ends.</summary>
    DateTimeOffset ExpiresAt { get; }

    /// <summary>Whether it is a client's; an address of a reserve is no client's.</summary>
    bool HasClient { get; }

    /// <summary>Whether another lease is of the same client.</summary>
    bool IsOfSameClient(in TSelf other);
}
