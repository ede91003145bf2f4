using System.Net;
using System.Net.Sockets;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>The rules of subnets, ranges, reserved addresses and static routes, in the words of MAAS's forms.</summary>
internal static class SubnetRules
{
    private const int LongestText = 4096;
    private const int MostNameServers = 32;
    private const int SmallestDynamicRangeIPv6 = 256;

    public static (string Field, string Reason)? Check(Subnet subnet, TopologySnapshot topology)
    {
        if (topology.FindVlan(subnet.VlanId) is null) return ("vlan", TopologyRules.NotAChoice);
        if (subnet.GivenName.Length > 255) return ("name", FormMessages.TooLong(subnet.GivenName, 255));
        if (subnet.Description.Length > LongestText) return ("description", FormMessages.TooLong(subnet.Description, LongestText));
        if (subnet.Cidr.PrefixLength == 0) return ("cidr", "Prefix length must be greater than 0.");
        // The next hop of an IPv6 route usually is a link-local address.
        if (subnet.Gateway is { } gateway && !subnet.Cidr.Contains(gateway) && !(subnet.IsIPv6 && gateway.IsIPv6LinkLocal))
            return ("gateway_ip", "Gateway IP must be within CIDR range.");
        if (subnet.DnsServers.Count > MostNameServers) return ("dns_servers", $"At most {MostNameServers} name servers.");
        foreach (var range in topology.RangesOf(subnet.Id))
        {
            if (!subnet.Cidr.Contains(range.Start) || !subnet.Cidr.Contains(range.End))
                return ("cidr", $"The IP range {range.Start}-{range.End} would be outside of the subnet.");
        }

        return topology.ReservedIps.FirstOrDefault(each => each.SubnetId == subnet.Id && !subnet.Cidr.Contains(each.Ip)) is { } outside
            ? ("cidr", $"The reserved IP {outside.Ip} would be outside of the subnet.") : null;
    }

    public static DeletionRefusal? CheckDeletion(Subnet subnet, TopologySnapshot topology, bool addressesInUse)
    {
        if (topology.FindVlan(subnet.VlanId) is { DhcpOn: true }
            && topology.RangesOf(subnet.Id).Any(range => range.Type == IpRangeType.Dynamic))
            return new DeletionRefusal(
                "Cannot delete a subnet that is actively servicing a dynamic IP range. (Delete the dynamic range or disable DHCP first.)");
        return addressesInUse
            ? new DeletionRefusal(
                "Cannot delete a subnet that has IP addresses in use by nodes. (Use the 'force' parameter to override.)", MayForce: true)
            : null;
    }

    public static (string Field, string Reason)? Check(IpRange range, TopologySnapshot topology, IReadOnlyList<IPAddress> assigned)
    {
        if (topology.FindSubnet(range.SubnetId) is not { } subnet) return ("subnet", TopologyRules.NotAChoice);
        if (range.Comment.Length > 255) return ("comment", FormMessages.TooLong(range.Comment, 255));
        if (range.Start.AddressFamily != range.End.AddressFamily)
            return ("end_ip", "Start IP address and end IP address must be in the same address family.");
        var (first, last) = (AddressMath.ToNumber(range.Start), AddressMath.ToNumber(range.End));
        if (last < first) return ("end_ip", "End IP address must not be less than Start IP address.");
        if (!subnet.Cidr.Contains(range.Start)) return ("start_ip", $"IP addresses must be within subnet: {subnet.Cidr}.");
        if (!subnet.Cidr.Contains(range.End)) return ("end_ip", $"IP addresses must be within subnet: {subnet.Cidr}.");
        if (!subnet.IsIPv6 && subnet.Cidr.PrefixLength < 31)
        {
            if (first == AddressMath.First(subnet.Cidr))
                return ("start_ip", "Reserved network address cannot be included in IP range.");
            if (last == AddressMath.Last(subnet.Cidr)) return ("end_ip", "Broadcast address cannot be included in IP range.");
        }

        if (subnet.IsIPv6 && range.Type == IpRangeType.Dynamic && last - first < SmallestDynamicRangeIPv6 - 1)
            return (FormMessages.WholeForm, $"IPv6 dynamic range must be at least {SmallestDynamicRangeIPv6} addresses in size.");
        var type = range.Type == IpRangeType.Dynamic ? "dynamic" : "reserved";
        if (topology.RangesOf(subnet.Id).Any(other => other.Id != range.Id && Overlaps(other.Start, other.End)))
            return (FormMessages.WholeForm, $"Requested {type} range conflicts with an existing range.");
        if (range.Type == IpRangeType.Reserved) return null;
        IEnumerable<IPAddress> taken =
        [
            .. assigned, .. subnet.Gateway is { } gateway ? [gateway] : Array.Empty<IPAddress>(), .. subnet.DnsServers,
        ];
        return taken.FirstOrDefault(address => Overlaps(address, address)) is { } conflict
            ? (FormMessages.WholeForm, $"Requested dynamic range conflicts with an existing IP address: {conflict}.") : null;

        bool Overlaps(IPAddress start, IPAddress end) => start.AddressFamily == range.Start.AddressFamily
            && AddressMath.ToNumber(start) <= last && AddressMath.ToNumber(end) >= first;
    }

    /// <summary>A VLAN that serves DHCP keeps a dynamic range.</summary>
    public static DeletionRefusal? CheckDeletion(IpRange range, TopologySnapshot topology) =>
        range.Type == IpRangeType.Dynamic && topology.FindSubnet(range.SubnetId) is { } subnet
        && topology.FindVlan(subnet.VlanId) is { DhcpOn: true } vlan
        && !topology.SubnetsOf(vlan.Id).SelectMany(each => topology.RangesOf(each.Id))
            .Any(other => other.Id != range.Id && other.Type == IpRangeType.Dynamic)
            ? new DeletionRefusal("Cannot delete the last dynamic IP range of a VLAN on which DHCP is on. (Disable DHCP first.)")
            : null;

    public static (string Field, string Reason)? Check(ReservedIp reserved, ReservedIp? before, TopologySnapshot topology)
    {
        if (topology.FindSubnet(reserved.SubnetId) is not { } subnet) return ("subnet", TopologyRules.NotAChoice);
        if (before is not null && !reserved.Ip.Equals(before.Ip)) return ("ip", "The IP of a reserved IP cannot be changed.");
        if (before is not null && reserved.MacAddress != before.MacAddress)
            return ("mac_address", "The MAC address of a reserved IP cannot be changed.");
        if (reserved.Comment.Length > 255) return ("comment", FormMessages.TooLong(reserved.Comment, 255));
        if (!reserved.MacAddress.IsUnicast) return ("mac_address", $"'{reserved.MacAddress}' is not a valid MAC address.");
        if (!subnet.Cidr.Contains(reserved.Ip)) return ("ip", "The provided IP is not part of the subnet.");
        var number = AddressMath.ToNumber(reserved.Ip);
        var (first, last) = AddressMath.Usable(subnet.Cidr);
        if (number < first) return ("ip", "The network address cannot be a reserved IP.");
        if (number > last) return ("ip", "The broadcast address cannot be a reserved IP.");
        return reserved.Ip.Equals(subnet.Gateway) ? ("ip", "The gateway of the subnet cannot be a reserved IP.") : null;
    }

    public static (string Field, string Reason)? Check(StaticRoute route, TopologySnapshot topology)
    {
        if (topology.FindSubnet(route.SourceId) is not { } source) return ("source", TopologyRules.NotAChoice);
        if (topology.FindSubnet(route.DestinationId) is not { } destination) return ("destination", TopologyRules.NotAChoice);
        if (source.Id == destination.Id) return ("destination", "source and destination cannot be the same subnet.");
        if (source.IsIPv6 != destination.IsIPv6) return ("destination", "source and destination must be in the same address family.");
        if (route.Metric < 0) return ("metric", FormMessages.AtLeast(0));
        var linkLocal = route.Gateway is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv6LinkLocal: true } && source.IsIPv6;
        return source.Cidr.Contains(route.Gateway) || linkLocal ? null : ("gateway_ip", $"Enter an IP address in {source.Cidr}.");
    }
}
