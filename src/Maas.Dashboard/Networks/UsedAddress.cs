using System.Net;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Dashboard.Networks;

/// <summary>An address or a range of a subnet that is in use.</summary>
/// <param name="First">The address, or the first one of a range.</param>
/// <param name="Last">The last address of a range; the same for one address.</param>
/// <param name="Reason">Why it is in use.</param>
/// <param name="By">What has it, in words; empty when the reason or the node says it.</param>
/// <param name="Node">The node that has it, a machine or a device; <see langword="null"/> for none.</param>
public sealed record UsedAddress(IPAddress First, IPAddress Last, string Reason, string By = "", SystemId? Node = null)
{
    /// <summary>The address, or both ends of a range.</summary>
    public string Text => First.Equals(Last) ? First.ToString() : $"{First} – {Last}";

    /// <summary>What is in use in a subnet, by address.</summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="topology">The topology.</param>
    /// <param name="addresses">The addresses that nodes and users have; none for a user who may not know them.</param>
    /// <param name="hosts">The addresses of the hosts of this server.</param>
    public static IReadOnlyList<UsedAddress> ListOf(
        Subnet subnet, TopologySnapshot topology, IEnumerable<AllocatedAddress> addresses, IEnumerable<Controller> hosts)
    {
        List<UsedAddress> all =
        [
            .. topology.RangesOf(subnet.Id).Select(range => new UsedAddress(
                range.Start, range.End,
                range.Type is IpRangeType.Dynamic ? "dynamic range: leased by DHCP" : "reserved range: no machine gets it",
                string.Join(' ', new[] { range.User, range.Comment }.Where(text => text is { Length: > 0 })))),
            .. topology.ReservedIps.Where(each => each.SubnetId == subnet.Id).Select(each => Of(
                each.Ip, "reserved: DHCP gives it to one interface only", $"{each.MacAddress} {each.Comment}".TrimEnd())),
            .. subnet.DnsServers.Where(subnet.Cidr.Contains).Select(server => Of(server, "name server of the subnet")),
            .. topology.StaticRoutes.Where(route => route.SourceId == subnet.Id && subnet.Cidr.Contains(route.Gateway))
                .Select(route => Of(route.Gateway, $"gateway to {topology.FindSubnet(route.DestinationId)?.Name}")),
            .. addresses.Select(Of),
        ];
        if (subnet.Gateway is { } gateway && subnet.Cidr.Contains(gateway)) all.Add(Of(gateway, "gateway of the subnet"));
        foreach (var host in hosts)
        {
            all.AddRange(host.IpAddresses.Where(text => IPAddress.TryParse(text, out var address) && subnet.Cidr.Contains(address))
                .Select(text => Of(IPAddress.Parse(text), "host of this server", host.Fqdn)));
        }

        return [.. all.OrderBy(each => each.First, ByNumber)];
    }

    private static Comparer<IPAddress> ByNumber { get; } = Comparer<IPAddress>.Create(
        (one, other) => one.GetAddressBytes().AsSpan().SequenceCompareTo(other.GetAddressBytes()));

    private static UsedAddress Of(IPAddress address, string reason, string by = "") => new(address, address, reason, by);

    private static UsedAddress Of(AllocatedAddress each)
    {
        var by = string.Join(' ', new[] { each.Hostname, each.MacAddress?.ToString(), each.User }.Where(text => text is { Length: > 0 }));
        return new UsedAddress(each.Ip, each.Ip, ReasonOf(each), by, each.Node);
    }

    private static string ReasonOf(AllocatedAddress address) => address switch
    {
        { IsOnlyNamed: true } => "a DNS name has it",
        { Kind: AddressKind.Auto } => "given to a deployed machine",
        { Kind: AddressKind.Sticky } => "configured for an interface",
        { Kind: AddressKind.UserReserved } => "reserved by a user",
        { Kind: AddressKind.Dhcp } => "leased by DHCP",
        _ => "observed",
    };
}
