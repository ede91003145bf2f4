using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Core.Topology;

namespace Maas.Hosting.Networks;

/// <summary>The subnets that DHCP leases, made of those that are stored. Pure.</summary>
internal static class StoredSubnets
{
    /// <summary>
    /// The IPv4 subnets of a link: those of the VLAN of its network, and those of VLANs that are relayed to it.
    /// </summary>
    /// <param name="link">The link's network with the host's own parameters, which a subnet has unless it has its own.</param>
    /// <param name="topology">What is stored.</param>
    /// <returns>The subnets; <see langword="null"/> when the link's network is not stored.</returns>
    public static IReadOnlyList<DhcpSubnet>? Of(DhcpSubnet link, TopologySnapshot topology)
    {
        if (topology.Subnets.FirstOrDefault(subnet => subnet.Cidr.Equals(link.Network)) is not { } own
            || topology.FindVlan(own.VlanId) is not { } vlan) return null;
        List<DhcpSubnet> subnets = [];
        foreach (var each in topology.Vlans.Where(each => each.Id == vlan.Id || each.RelayVlanId == vlan.Id))
        {
            var ofVlan = topology.SubnetsOf(each.Id).Where(subnet => !subnet.IsIPv6).ToList();
            var shared = ofVlan.Count > 1 ? $"vlan-{each.Id}" : null;
            subnets.AddRange(ofVlan.Select(subnet => Make(link, subnet, vlan.DhcpOn, topology) with
            {
                SharedNetwork = shared,
                Mtu = each.Mtu == 1500 ? link.Mtu : (ushort)each.Mtu,
            }));
        }

        return subnets;
    }

    /// <summary>The IPv6 subnets of a link.</summary>
    /// <param name="link">The link's prefix with the host's own parameters.</param>
    /// <param name="topology">What is stored.</param>
    /// <returns>The subnets; <see langword="null"/> when the link's prefix is not stored.</returns>
    public static IReadOnlyList<Dhcp6Subnet>? Of(Dhcp6Subnet link, TopologySnapshot topology)
    {
        if (topology.Subnets.FirstOrDefault(subnet => subnet.Cidr.Equals(link.Network)) is not { } own
            || topology.FindVlan(own.VlanId) is not { } vlan) return null;
        return
        [
            link with
            {
                Ranges = vlan.DhcpOn ? [.. Dynamic(own, topology).Select(range => AddressRange6.Parse($"{range.Start}-{range.End}"))] : [],
                Reservations = vlan.DhcpOn
                    ? [.. Reserved(own, topology).Select(each => new AddressReservation6.ForHardware(each.Ip, HardwareOf(each)))]
                    : [],
                NameServers = own.DnsServers.Count > 0 ? own.DnsServers : own.AllowDns ? link.NameServers : [],
            },
        ];
    }

    /// <summary>
    /// Subnets with the reservations that were added and removed at run time: those by which the present subnets differ from what was
    /// stored.
    /// </summary>
    public static IReadOnlyList<DhcpSubnet> WithReservations(
        IReadOnlyList<DhcpSubnet> subnets, IReadOnlyList<DhcpSubnet> stored, IReadOnlyList<DhcpSubnet> present) =>
        Merge(subnets, stored, present, subnet => subnet.Network, (subnet, before, now) => subnet with
        {
            Reservations = Merge(subnet.Reservations, before.Reservations, now.Reservations, each => each.Address),
        });

    /// <inheritdoc cref="WithReservations(IReadOnlyList{DhcpSubnet}, IReadOnlyList{DhcpSubnet}, IReadOnlyList{DhcpSubnet})"/>
    public static IReadOnlyList<Dhcp6Subnet> WithReservations(
        IReadOnlyList<Dhcp6Subnet> subnets, IReadOnlyList<Dhcp6Subnet> stored, IReadOnlyList<Dhcp6Subnet> present) =>
        Merge(subnets, stored, present, subnet => subnet.Network, (subnet, before, now) => subnet with
        {
            Reservations = Merge(subnet.Reservations, before.Reservations, now.Reservations, each => each.Address),
        });

    // Subnets that are new, or are gone, have no reservations that were changed.
    private static IReadOnlyList<T> Merge<T>(
        IReadOnlyList<T> subnets, IReadOnlyList<T> stored, IReadOnlyList<T> present, Func<T, IPNetwork> networkOf, Func<T, T, T, T> merge)
        where T : class
    {
        return
        [
            .. subnets.Select(subnet =>
                Find(stored, networkOf(subnet)) is { } before && Find(present, networkOf(subnet)) is { } now
                    ? merge(subnet, before, now) : subnet),
        ];

        T? Find(IReadOnlyList<T> among, IPNetwork network) => among.FirstOrDefault(each => networkOf(each).Equals(network));
    }

    private static IReadOnlyList<T> Merge<T>(
        IReadOnlyList<T> wanted, IReadOnlyList<T> stored, IReadOnlyList<T> present, Func<T, IPAddress> addressOf)
    {
        List<T> added = [.. present.Except(stored)], removed = [.. stored.Except(present)];
        bool IsKept(T each) => !removed.Contains(each) && !added.Exists(other => addressOf(other).Equals(addressOf(each)));
        return [.. wanted.Where(IsKept), .. added];
    }

    private static DhcpSubnet Make(DhcpSubnet link, Subnet subnet, bool isServed, TopologySnapshot topology)
    {
        var isLink = subnet.Cidr.Equals(link.Network);
        return link with
        {
            Network = subnet.Cidr,
            Ranges = isServed ? [.. Dynamic(subnet, topology).Select(range => AddressRange.Parse($"{range.Start}-{range.End}"))] : [],
            Reservations = isServed
                ? [.. Reserved(subnet, topology).Select(each => ReservationOf(each, link))]
                : [],
            Routers = subnet.Gateway is not { } gateway ? [] : isLink && link.Routers.Contains(gateway) ? link.Routers : [gateway],
            NameServers = subnet.DnsServers.Count > 0 ? subnet.DnsServers : subnet.AllowDns ? link.NameServers : [],
            Routes =
            [
                .. topology.StaticRoutes.Where(route => route.SourceId == subnet.Id)
                    .Select(route => topology.FindSubnet(route.DestinationId) is { } destination
                        ? new ClasslessRoute(destination.Cidr, route.Gateway) : null)
                    .OfType<ClasslessRoute>(),
            ],
            Relays = isLink ? link.Relays : [],
        };
    }

    private static IEnumerable<IpRange> Dynamic(Subnet subnet, TopologySnapshot topology) =>
        topology.RangesOf(subnet.Id).Where(range => range.Type == IpRangeType.Dynamic).OrderBy(range => range.Id);

    private static IEnumerable<ReservedIp> Reserved(Subnet subnet, TopologySnapshot topology) =>
        topology.ReservedIps.Where(reserved => reserved.SubnetId == subnet.Id);

    // The name is the options' alone.
    private static AddressReservation ReservationOf(ReservedIp reserved, DhcpSubnet link)
    {
        var reservation = new AddressReservation.ForHardware(reserved.Ip, HardwareOf(reserved));
        return link.Reservations.FirstOrDefault(each => (each with { HostName = null }).Equals(reservation)) ?? reservation;
    }

    private static HardwareAddress HardwareOf(ReservedIp reserved) => HardwareAddress.Parse(reserved.MacAddress.ToString());
}
