using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Hosting.Outage;

/// <summary>Subnets as they are kept, and back. Pure.</summary>
internal static class KeptSubnets
{
    /// <summary>What is kept of a subnet.</summary>
    public static NetworkSnapshot.Subnet Of(DhcpSubnet subnet) => new(
        $"{subnet.Network}", subnet.SharedNetwork, subnet.Mtu, Texts(subnet.Ranges),
        [
            .. subnet.Reservations.OfType<AddressReservation.ForHardware>()
                .Select(each => new NetworkSnapshot.Reservation($"{each.Address}", $"{each.Hardware}", each.HostName)),
        ],
        Texts(subnet.Routers), Texts(subnet.NameServers),
        [.. subnet.Routes.Select(route => new NetworkSnapshot.Route($"{route.Destination}", $"{route.Router}"))], Texts(subnet.Relays));

    /// <summary>What is kept of an IPv6 subnet.</summary>
    public static NetworkSnapshot.Subnet6 Of(Dhcp6Subnet subnet) => new(
        $"{subnet.Network}", Texts(subnet.Ranges),
        [
            .. subnet.Reservations.OfType<AddressReservation6.ForHardware>()
                .Select(each => new NetworkSnapshot.Reservation($"{each.Address}", $"{each.Hardware}", null)),
        ],
        Texts(subnet.NameServers));

    /// <summary>A subnet, with what is the host's.</summary>
    /// <exception cref="FormatException">A text is not what it should be.</exception>
    public static DhcpSubnet Restore(NetworkSnapshot.Subnet kept, DhcpSubnet link) => link with
    {
        Network = IPNetwork.Parse(kept.Cidr),
        SharedNetwork = kept.SharedNetwork,
        Mtu = (ushort?)kept.Mtu,
        Ranges = [.. kept.Ranges.Select(range => AddressRange.Parse(range))],
        Reservations =
        [
            .. kept.Reservations.Select(each => new AddressReservation.ForHardware(
                IPAddress.Parse(each.Address), HardwareAddress.Parse(each.Hardware)) { HostName = each.HostName }),
        ],
        Routers = Addresses(kept.Routers),
        NameServers = Addresses(kept.NameServers),
        Routes =
        [
            .. kept.Routes.Select(route => new ClasslessRoute(IPNetwork.Parse(route.Destination), IPAddress.Parse(route.Router))),
        ],
        Relays = Addresses(kept.Relays),
    };

    /// <summary>An IPv6 subnet, with what is the host's.</summary>
    /// <exception cref="FormatException">A text is not what it should be.</exception>
    public static Dhcp6Subnet Restore(NetworkSnapshot.Subnet6 kept, Dhcp6Subnet link) => link with
    {
        Network = IPNetwork.Parse(kept.Cidr),
        Ranges = [.. kept.Ranges.Select(range => AddressRange6.Parse(range))],
        Reservations =
        [
            .. kept.Reservations.Select(each => new AddressReservation6.ForHardware(
                IPAddress.Parse(each.Address), HardwareAddress.Parse(each.Hardware))),
        ],
        NameServers = Addresses(kept.NameServers),
    };

    private static List<string> Texts<T>(IEnumerable<T> values) => [.. values.Select(value => $"{value}")];

    private static IReadOnlyList<IPAddress> Addresses(List<string> texts) => [.. texts.Select(IPAddress.Parse)];
}
