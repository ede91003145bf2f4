using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>A link with a socket.</summary>
internal sealed class SocketLink6 : Dhcp6Link, IDisposable
{
    /// <summary>Where clients ask (RFC 8415 section 7.1).</summary>
    public static readonly IPAddress AllServersAndRelays = IPAddress.Parse("ff02::1:2");

    private static readonly IPAddress AllServers = IPAddress.Parse("ff05::1:3");

    private SocketLink6(Socket socket, NetworkInterface? device, string name, IPAddress server, Dhcp6ServerOptions options)
        // it is bound
        : base(name, server, ((IPEndPoint)socket.LocalEndPoint!).Port, options) =>
            (Socket, Device, EndPoint) = (socket, device, (IPEndPoint)socket.LocalEndPoint!);

    public Socket Socket { get; }

    /// <summary>The interface the socket is bound to; <see langword="null"/> when it is bound to an address alone.</summary>
    public NetworkInterface? Device { get; }

    public IPEndPoint EndPoint { get; }

    public override IEnumerable<IPAddress> Addresses =>
        Device is null ? [Server] : LinkSockets.AddressesOf(Device, AddressFamily.InterNetworkV6).Append(Server);

    /// <summary>Opens the sockets that the options ask for; none is left open when one fails.</summary>
    public static IReadOnlyList<SocketLink6> OpenAll(Dhcp6ServerOptions options) => LinkSockets.OpenAll<SocketLink6>(
        options,
        device => [Open(new IPEndPoint(IPAddress.IPv6Any, options.Port), device, options.ServerAddress ?? BestAddressOf(device), options)],
        local => [Open(local, null, options.ServerAddress ?? local.Address, options)]);

    /// <summary>What a server calls itself that was not told: its first interface's hardware address.</summary>
    public static Duid IdentifierOf(IReadOnlyList<SocketLink6> links)
    {
        var octets = links.Select(l => l.Device?.GetPhysicalAddress().GetAddressBytes()).FirstOrDefault(o => o is { Length: 6 });
        return octets is not null
            ? Duid.Of(new HardwareAddress(HardwareAddress.Ethernet, octets))
            : throw new ArgumentException(
                "No interface has an Ethernet address to make the server's identifier of; name one.", nameof(links));
    }

    public override void Send(ReadOnlySpan<byte> octets, IPEndPoint to) => Socket.SendTo(octets, SocketFlags.None, to);

    public void Dispose() => Socket.Dispose();

    private static SocketLink6 Open(IPEndPoint local, NetworkInterface? device, IPAddress server, Dhcp6ServerOptions options)
    {
        var socket = LinkSockets.Open(local, device, socket =>
        {
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
            if (device is null) return;
            var index = device.GetIPProperties().GetIPv6Properties().Index;
            foreach (var group in (IPAddress[])[AllServersAndRelays, AllServers])
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, index));
        });
        return new SocketLink6(socket, device, device?.Name ?? local.ToString(), server, options);
    }

    private static IPAddress BestAddressOf(NetworkInterface device) =>
        LinkSockets.AddressesOf(device, AddressFamily.InterNetworkV6).OrderBy(a => a.IsIPv6LinkLocal).FirstOrDefault() is { } address
            ? new IPAddress(address.GetAddressBytes()) // without the scope, which is this host's own matter
            : throw new ArgumentException(
                $"Interface {device.Name} has no IPv6 address; give it one, or name the server's address.", nameof(device));
}
