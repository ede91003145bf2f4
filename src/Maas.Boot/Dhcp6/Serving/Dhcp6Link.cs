using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Serving;

/// <summary>A socket on one link, and how this server is known there.</summary>
internal sealed class Dhcp6Link : IDisposable
{
    private const int ReceiveBufferSize = 4 << 20; // a boot storm arrives within one scheduling pause

    private static readonly IPAddress AllServersAndRelays = IPAddress.Parse("ff02::1:2"), AllServers = IPAddress.Parse("ff05::1:3"); // RFC 8415 section 7.1

    private Dhcp6Link(Socket socket, NetworkInterface? device, string name, IPAddress server, Dhcp6ServerOptions options)
    {
        Socket = socket;
        Device = device;
        Name = name;
        Server = server;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!; // it is bound
        Boot = new BootSource(options.Programs, options.TftpServer ?? server, BootSource.Resolve(options.HttpBase, server));
    }

    public Socket Socket { get; }

    /// <summary>The interface the socket is bound to; <see langword="null"/> when it is bound to an address alone.</summary>
    public NetworkInterface? Device { get; }

    public string Name { get; }

    public IPAddress Server { get; }

    public IPEndPoint EndPoint { get; }

    public BootSource Boot { get; }

    /// <summary>The addresses by which this server's own subnet on the link is found.</summary>
    public IEnumerable<IPAddress> Addresses => Device is null ? [Server] : Dhcp6Link.AddressesOf(Device).Append(Server);

    /// <summary>Opens the sockets that the options ask for; none is left open when one fails.</summary>
    public static IReadOnlyList<Dhcp6Link> OpenAll(Dhcp6ServerOptions options)
    {
        var links = new List<Dhcp6Link>();
        try
        {
            foreach (var name in options.Interfaces)
            {
                var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == name)
                    ?? throw new ArgumentException($"There is no network interface {name}.", nameof(options));
                links.Add(Open(new IPEndPoint(IPAddress.IPv6Any, options.Port), device, options.ServerAddress ?? BestAddressOf(device), options));
            }

            if (options.ListenOn is { } local) links.Add(Open(local, null, options.ServerAddress ?? local.Address, options));
            return links;
        }
        catch
        {
            foreach (var link in links) link.Dispose();
            throw;
        }
    }

    /// <summary>What a server calls itself that was not told: its first interface's hardware address.</summary>
    public static Duid IdentifierOf(IReadOnlyList<Dhcp6Link> links)
    {
        var octets = links.Select(l => l.Device?.GetPhysicalAddress().GetAddressBytes()).FirstOrDefault(o => o is { Length: 6 });
        return octets is not null
            ? Duid.Of(new HardwareAddress(HardwareAddress.Ethernet, octets))
            : throw new ArgumentException("No interface has an Ethernet address to make the server's identifier of; name one.", nameof(links));
    }

    public void Dispose() => Socket.Dispose();

    private static Dhcp6Link Open(IPEndPoint local, NetworkInterface? device, IPAddress server, Dhcp6ServerOptions options)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.ReceiveBufferSize = ReceiveBufferSize;
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
            if (device is not null)
            {
                Sockets.BindToDevice(socket, device.Name);
                var index = device.GetIPProperties().GetIPv6Properties().Index;
                foreach (var group in (IPAddress[])[AllServersAndRelays, AllServers])
                    socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, index));
            }

            socket.Bind(local);
            return new Dhcp6Link(socket, device, device?.Name ?? local.ToString(), server, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IPAddress BestAddressOf(NetworkInterface device) =>
        AddressesOf(device).OrderBy(a => a.IsIPv6LinkLocal).FirstOrDefault() is { } address
            ? new IPAddress(address.GetAddressBytes()) // without the scope, which is this host's own matter
            : throw new ArgumentException($"Interface {device.Name} has no IPv6 address; give it one, or name the server's address.", nameof(device));

    private static IEnumerable<IPAddress> AddressesOf(NetworkInterface device) =>
        device.GetIPProperties().UnicastAddresses.Select(a => a.Address).Where(a => a.AddressFamily == AddressFamily.InterNetworkV6);
}
