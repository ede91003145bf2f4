using System.Net;

namespace Maas.Core.Topology;

/// <summary>A subnet on which a host serves DHCP, as its configuration describes it.</summary>
public sealed record ServedSubnet
{
    /// <summary>The subnet; its VLAN is chosen.</summary>
    public required Subnet Subnet { get; init; }

    /// <summary>The addresses that DHCP leases; empty for none.</summary>
    public IReadOnlyList<(IPAddress Start, IPAddress End)> DynamicRanges { get; init; } = [];

    /// <summary>The addresses that are reserved for interfaces.</summary>
    public IReadOnlyList<(IPAddress Ip, MacAddress MacAddress)> Reserved { get; init; } = [];

    /// <summary>The rack controller that serves it.</summary>
    public SystemId Rack { get; init; }

    /// <summary>
    /// This host's address among the name servers of <see cref="Subnet"/>, where the configuration names no other ones. It joins those of
    /// the other hosts that serve the subnet. <see langword="null"/>, the default, when the configuration names the servers.
    /// </summary>
    public IPAddress? HostNameServer { get; init; }

    /// <summary>A subnet of the same link, whose VLAN it is on; <see langword="null"/> for none.</summary>
    public IPNetwork? SameLinkAs { get; init; }
}
