using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Maas.Boot.Dhcp.Serving;

/// <summary>A link with a socket.</summary>
internal sealed class SocketLink : DhcpLink, IDisposable
{
    // A boot storm arrives within one scheduling pause; the kernel's default holds some two hundred packets.
    private const int ReceiveBufferSize = 8 << 20;
    private const int SolSocket = 1, SoReceiveBufferForce = 33; // asm-generic/socket.h

    private SocketLink(Socket socket, IPEndPoint local, NetworkInterface? device, string name, IPAddress server, bool isBootService, DhcpServerOptions options)
        : base(name, server, isBootService, ((ushort)local.Port, (ushort)options.ClientPort), options) =>
        (Socket, EndPoint, Device) = (socket, local, device);

    public Socket Socket { get; }

    /// <summary>The interface the socket is bound to; <see langword="null"/> when it is bound to an address alone.</summary>
    public NetworkInterface? Device { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>Opens the sockets that the options ask for; none is left open when one fails.</summary>
    public static IReadOnlyList<SocketLink> OpenAll(DhcpServerOptions options, TimeProvider time)
    {
        var links = new List<SocketLink>();
        try
        {
            foreach (var name in options.Interfaces)
            {
                var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == name)
                    ?? throw new ArgumentException($"There is no network interface {name}.", nameof(options));
                var server = options.ServerAddress ?? AddressOf(device);
                links.Add(Open(new IPEndPoint(IPAddress.Any, options.Port), device, server, isBootService: false, options));
                if (options.Mode == DhcpMode.Full && options.ProbeTime > TimeSpan.Zero) links[^1].Probe = ArpProbe.TryOpen(device, time);
                if (options.Mode == DhcpMode.Proxy) links.Add(Open(new IPEndPoint(IPAddress.Any, options.BootServicePort), device, server, isBootService: true, options));
            }

            if (options.ListenOn is { } local)
            {
                var server = options.ServerAddress ?? local.Address;
                links.Add(Open(local, null, server, isBootService: false, options));
                if (options.Mode == DhcpMode.Proxy) links.Add(Open(new IPEndPoint(local.Address, options.BootServicePort), null, server, isBootService: true, options));
            }

            return links;
        }
        catch
        {
            foreach (var link in links) link.Dispose();
            throw;
        }
    }

    public override void Send(Exchange exchange) => Socket.SendTo(exchange.ReplyBytes, SocketFlags.None, exchange.Peer);

    public void Dispose()
    {
        Probe?.Dispose();
        Socket.Dispose();
    }

    private static SocketLink Open(IPEndPoint local, NetworkInterface? device, IPAddress server, bool isBootService, DhcpServerOptions options)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        try
        {
            // Beside another DHCP server on the same machine: the kernel gives broadcasts to both.
            if (options.Mode != DhcpMode.Full) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            EnlargeReceiveBuffer(socket);
            if (device is not null) Sockets.BindToDevice(socket, device.Name);
            socket.Bind(local);
            return new SocketLink(socket, (IPEndPoint)socket.LocalEndPoint!, device, device?.Name ?? local.ToString(), server, isBootService, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void EnlargeReceiveBuffer(Socket socket)
    {
        socket.ReceiveBufferSize = ReceiveBufferSize; // as much as net.core.rmem_max lets everybody have
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(ReceiveBufferSize));
        }
        catch (SocketException)
        {
            // Without CAP_NET_ADMIN the ordinary limit stands.
        }
    }

    private static IPAddress AddressOf(NetworkInterface device) =>
        device.GetIPProperties().UnicastAddresses.Select(a => a.Address).FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork)
            ?? throw new ArgumentException($"Interface {device.Name} has no IPv4 address; give it one, or name the server's address.", nameof(device));
}
