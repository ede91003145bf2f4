using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>
/// What is derived from a node's configurations to be searched and to be unique across nodes: its links to VLANs and subnets, and its
/// addresses. It changes in the transaction that changes a configuration. Pure functions.
/// </summary>
internal static class NodeIndex
{
    /// <summary>The links of a node: of what is intended, and of what its owner has.</summary>
    public static IReadOnlyList<NodeLinkRecord> LinksOf(string node, IEnumerable<NodeConfig> configs) =>
    [
        .. configs.SelectMany(config => config.Network.Interfaces).SelectMany(one => one.Links.Count == 0
            ? [(one, (InterfaceLink?)null)]
            : one.Links.Select(link => (one, (InterfaceLink?)link)))
            .Select(item => new NodeLinkRecord
            {
                Node = node,
                InterfaceId = item.one.Id,
                VlanId = item.one.Vlan,
                LinkId = item.Item2?.Id,
                SubnetId = item.Item2?.Subnet,
            })
            .Where(record => record.VlanId is not null || record.SubnetId is not null)
            .Distinct(),
    ];

    /// <summary>The addresses of a node. An address of several configurations counts once, as that of the first.</summary>
    public static IReadOnlyList<AllocatedAddress> AddressesOf(SystemId node, IEnumerable<NodeConfig> configs, DateTimeOffset now) =>
    [
        .. configs.SelectMany(config => config.Network.Links)
            .Where(item => item.Link is { Address: not null, Mode: LinkMode.Auto or LinkMode.Static })
            .DistinctBy(item => item.Link.Address)
            .Select(item => new AllocatedAddress
            {
                Ip = item.Link.Address ?? IPAddress.None, // it is there, by the line above
                SubnetId = item.Link.Subnet,
                Kind = item.Link.Mode == LinkMode.Auto ? AddressKind.Auto : AddressKind.Sticky,
                Node = node,
                InterfaceId = item.Interface.Id,
                LinkId = item.Link.Id,
                MacAddress = item.Interface.MacAddress,
                Created = now,
            }),
    ];

    /// <summary>The changes that lead from what is stored to what the configurations say.</summary>
    /// <param name="node">The node.</param>
    /// <param name="configs">Its configurations afterwards, the one that is shown first.</param>
    /// <param name="links">Its stored links.</param>
    /// <param name="addresses">Its stored addresses.</param>
    /// <param name="now">The time of the change.</param>
    public static IEnumerable<RecordChange> Changes(
        SystemId node, IReadOnlyList<NodeConfig> configs, IReadOnlyList<NodeLinkRecord> links, IReadOnlyList<AllocatedAddress> addresses,
        DateTimeOffset now)
    {
        var wantedLinks = LinksOf(node.ToString(), configs);
        var wanted = AddressesOf(node, configs, now).ToDictionary(address => address.Ip);
        foreach (var link in links)
            if (!wantedLinks.Contains(Bare(link))) yield return new RecordChange.Delete(NodeTables.Links, link.Id, link.Version);
        foreach (var address in addresses)
        {
            if (!wanted.TryGetValue(address.Ip, out var same))
                yield return new RecordChange.Delete(TopologyTables.Addresses, address.Id, address.Version);
            else if ((same with { Id = address.Id, Version = address.Version, Created = address.Created, Hostname = address.Hostname })
                is var updated && updated != address)
                yield return new RecordChange.Update(TopologyTables.Addresses, updated);
        }

        HashSet<NodeLinkRecord> present = [.. links.Select(Bare)];
        foreach (var link in wantedLinks)
            if (!present.Contains(link)) yield return new RecordChange.Insert(NodeTables.Links, link);
        foreach (var address in wanted.Values)
            if (addresses.All(each => !each.Ip.Equals(address.Ip))) yield return new RecordChange.Insert(TopologyTables.Addresses, address);
    }

    private static NodeLinkRecord Bare(NodeLinkRecord link) => link with { Id = 0, Version = 0 };
}
