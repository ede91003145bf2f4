using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>Makes the view of the shared networks that the rules of interfaces take.</summary>
public static class NetworkViews
{
    /// <summary>The networks as one node's rules see them.</summary>
    /// <param name="topology">The shared nouns.</param>
    /// <param name="nodeName">The node as messages name it.</param>
    /// <param name="searchDomains">The domains in which the installed system looks up short names.</param>
    public static NetworkView Of(TopologySnapshot topology, string nodeName, IReadOnlyList<string> searchDomains) => new()
    {
        NodeName = nodeName,
        SearchDomains = searchDomains,
        Vlans = topology.Vlans.ToDictionary(vlan => vlan.Id, vlan => new VlanView(vlan.Id, vlan.FabricId, vlan.Vid, vlan.Mtu)),
        Subnets = topology.Subnets.ToDictionary(subnet => subnet.Id, subnet => new SubnetView(subnet.Id, subnet.VlanId, subnet.Cidr)
        {
            Name = subnet.Name,
            Gateway = subnet.Gateway,
            NameServers = subnet.DnsServers,
            Managed = subnet.Managed,
            DynamicRanges =
            [
                .. topology.RangesOf(subnet.Id).Where(range => range.Type == IpRangeType.Dynamic)
                    .Select(range => new DynamicRange(range.Start, range.End)),
            ],
        }),
        Routes =
        [
            .. topology.StaticRoutes.Select(route => topology.FindSubnet(route.DestinationId) is { } destination
                ? new RouteView(route.SourceId, destination.Cidr, route.Gateway, route.Metric) : null).OfType<RouteView>(),
        ],
    };

    internal static NetworkView Of(TopologySnapshot topology, Machine machine) => Of(topology, machine.Hostname, [machine.Domain]);

    /// <summary>
    /// The VLAN that a machine boots in: that of the subnet in which it was seen last; <see langword="null"/> when it is not known.
    /// </summary>
    internal static long? BootVlanOf(TopologySnapshot topology, Machine machine) =>
        machine.IpAddresses.Select(text => IPAddress.TryParse(text, out var address) ? topology.FindSubnet(address) : null)
            .OfType<Subnet>().FirstOrDefault()?.VlanId;
}
