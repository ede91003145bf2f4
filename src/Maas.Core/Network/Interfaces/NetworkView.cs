using System.Net;

namespace Maas.Core.Network.Interfaces;

/// <summary>What the rules and the installed system's network configuration need to know of the networks that all nodes share.</summary>
public sealed record NetworkView
{
    /// <summary>The node as messages name it.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>The VLANs by number.</summary>
    public IReadOnlyDictionary<long, VlanView> Vlans { get; init; } = new Dictionary<long, VlanView>();

    /// <summary>The subnets by number.</summary>
    public IReadOnlyDictionary<long, SubnetView> Subnets { get; init; } = new Dictionary<long, SubnetView>();

    /// <summary>The static routes.</summary>
    public IReadOnlyList<RouteView> Routes { get; init; } = [];

    /// <summary>Domains in which the installed system looks up short names.</summary>
    public IReadOnlyList<string> SearchDomains { get; init; } = [];

    /// <summary>Name servers for interfaces on subnets that have none of their own.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];

    internal VlanView? Vlan(long? id) => id is { } number ? Vlans.GetValueOrDefault(number) : null;

    internal SubnetView? Subnet(long? id) => id is { } number ? Subnets.GetValueOrDefault(number) : null;
}

/// <summary>A VLAN.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Fabric">The number of its fabric.</param>
/// <param name="Vid">Its tag; 0 for the untagged VLAN of its fabric.</param>
/// <param name="Mtu">Its MTU in octets.</param>
public sealed record VlanView(long Id, long Fabric, int Vid = 0, int Mtu = 1500);

/// <summary>A subnet.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Vlan">The number of its VLAN.</param>
/// <param name="Cidr">Its network.</param>
public sealed record SubnetView(long Id, long Vlan, IPNetwork Cidr)
{
    /// <summary>Its name; empty for that of the network.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its gateway; <see langword="null"/> for none.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Its name servers.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];

    /// <summary>Whether addresses are allocated in it.</summary>
    public bool Managed { get; init; } = true;

    /// <summary>The ranges that its DHCP server hands out.</summary>
    public IReadOnlyList<DynamicRange> DynamicRanges { get; init; } = [];

    internal bool IsIPv6 => Cidr.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    internal string ToText(NetworkView view) => $"{(Name.Length == 0 ? Cidr.ToString() : Name)}:{Cidr}(vid={view.Vlan(Vlan)?.Vid ?? 0})";
}

/// <summary>A range of addresses that a DHCP server hands out.</summary>
/// <param name="First">The first address.</param>
/// <param name="Last">The last one.</param>
public sealed record DynamicRange(IPAddress First, IPAddress Last)
{
    internal bool Contains(IPAddress address) =>
        address.AddressFamily == First.AddressFamily && Compare(First, address) <= 0 && Compare(address, Last) <= 0;

    private static int Compare(IPAddress one, IPAddress other) => one.GetAddressBytes().AsSpan().SequenceCompareTo(other.GetAddressBytes());
}

/// <summary>A static route: from the nodes of one subnet to another network.</summary>
/// <param name="Source">The number of the subnet whose nodes have the route.</param>
/// <param name="Destination">Where it leads.</param>
/// <param name="Gateway">The next hop, in the source subnet.</param>
/// <param name="Metric">Its metric.</param>
public sealed record RouteView(long Source, IPNetwork Destination, IPAddress Gateway, int Metric = 0);
