using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>Opens the listeners of a DHCPv6 server: port 547 of each link, for its groups and for this host's own addresses.</summary>
internal static class Dhcp6Sockets
{
    /// <summary>Where clients ask (RFC 8415 section 7.1).</summary>
    public static readonly IPAddress AllServersAndRelays = IPAddress.Parse("ff02::1:2");

    private static readonly IPAddress AllServers = IPAddress.Parse("ff05::1:3");

    /// <summary>Opens the listeners that the options ask for; none is left open when one fails.</summary>
    /// <exception cref="ArgumentException">An interface does not exist or has no IPv6 address.</exception>
    /// <exception cref="SocketException">A port is taken, or may not be opened.</exception>
    public static DhcpListeners<Dhcp6Link> Open(Dhcp6ServerOptions options) => DhcpListeners<Dhcp6Link>.Open(
        options,
        device => [Open(new IPEndPoint(IPAddress.IPv6Any, options.Port), device, options.ServerAddress ?? BestAddressOf(device), options)],
        local => [Open(local, null, options.ServerAddress ?? local.Address, options)]);

    /// <summary>What a server calls itself that was not told: its first interface's hardware address.</summary>
    /// <exception cref="ArgumentException">No interface has one.</exception>
    public static Duid IdentifierOf(IReadOnlyList<DhcpListener<Dhcp6Link>> listeners)
    {
        var octets = listeners.Select(l => l.Device?.GetPhysicalAddress().GetAddressBytes()).FirstOrDefault(o => o is { Length: 6 });
        return octets is not null
            ? Duid.Of(new HardwareAddress(HardwareAddress.Ethernet, octets))
            : throw new ArgumentException(
                "No interface has an Ethernet address to make the server's identifier of; name one.", nameof(listeners));
    }

    private static DhcpListener<Dhcp6Link> Open(IPEndPoint local, NetworkInterface? device, IPAddress server, Dhcp6ServerOptions options)
    {
        return DhcpListener<Dhcp6Link>.Open(local, device, Prepare, listener =>
            new Dhcp6Link(listener.Name, server, listener.EndPoint.Port, options, Addresses, listener));

        void Prepare(Socket socket)
        {
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
            if (device is null) return;
            var index = device.GetIPProperties().GetIPv6Properties().Index;
            foreach (var group in (IPAddress[])[AllServersAndRelays, AllServers])
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, index));
        }

        IEnumerable<IPAddress> Addresses() =>
            device is null ? [server] : device.AddressesOf(AddressFamily.InterNetworkV6).Append(server);
    }

    private static IPAddress BestAddressOf(NetworkInterface device) =>
        device.AddressesOf(AddressFamily.InterNetworkV6).OrderBy(a => a.IsIPv6LinkLocal).FirstOrDefault() is { } address
            ? new IPAddress(address.GetAddressBytes()) // without the scope, which is this host's own matter
            : throw new ArgumentException(
                $"Interface {device.Name} has no IPv6 address; give it one, or name the server's address.", nameof(device));
}
