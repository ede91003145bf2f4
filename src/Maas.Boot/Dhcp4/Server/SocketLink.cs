using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>A link with a socket.</summary>
internal sealed class SocketLink : DhcpClientSocket, IDisposable
{
    private SocketLink(
        Socket socket,
        IPEndPoint local,
        NetworkInterface? device,
        string name,
        IPAddress server,
        bool isBootService,
        DhcpServerOptions options)
        : base(name, server, isBootService, ((ushort)local.Port, (ushort)options.ClientPort), options) =>
        (Socket, EndPoint, Device) = (socket, local, device);

    public Socket Socket { get; }

    /// <summary>The interface the socket is bound to; <see langword="null"/> when it is bound to an address alone.</summary>
    public NetworkInterface? Device { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>Opens the sockets that the options ask for; none is left open when one fails.</summary>
    public static IReadOnlyList<SocketLink> OpenAll(DhcpServerOptions options, TimeProvider timeProvider)
    {
        return LinkSockets.OpenAll(options, OnDevice, OnAddress);

        IEnumerable<SocketLink> OnDevice(NetworkInterface device)
        {
            var server = options.ServerAddress ?? AddressOf(device);
            var link = Open(new IPEndPoint(IPAddress.Any, options.Port), device, server, isBootService: false, options);
            if (options.Mode == DhcpMode.Full && options.ProbeTime > TimeSpan.Zero) link.Probe = ArpProbe.TryOpen(device, timeProvider);
            yield return link;
            if (options.Mode == DhcpMode.Proxy)
                yield return Open(new IPEndPoint(IPAddress.Any, options.BootServicePort), device, server, isBootService: true, options);
        }

        IEnumerable<SocketLink> OnAddress(IPEndPoint local)
        {
            var server = options.ServerAddress ?? local.Address;
            yield return Open(local, null, server, isBootService: false, options);
            if (options.Mode == DhcpMode.Proxy)
                yield return Open(new IPEndPoint(local.Address, options.BootServicePort), null, server, isBootService: true, options);
        }
    }

    public override void Send(DhcpTransaction exchange) => Socket.SendTo(exchange.ReplyBytes, SocketFlags.None, exchange.Peer);

    public void Dispose()
    {
        Probe?.Dispose();
        Socket.Dispose();
    }

    private static SocketLink Open(
        IPEndPoint local,
        NetworkInterface? device,
        IPAddress server,
        bool isBootService,
        DhcpServerOptions options)
    {
        var socket = LinkSockets.Open(local, device, socket =>
        {
            socket.EnableBroadcast = true;
            // Beside another DHCP server on the same machine: the kernel gives broadcasts to both.
            if (options.Mode != DhcpMode.Full) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        });
        // it is bound
        return new SocketLink(
            socket, (IPEndPoint)socket.LocalEndPoint!, device, device?.Name ?? local.ToString(), server, isBootService, options)
        {
            Unicast = UnicastFilter.On(device, server.ToIPv4(), (IPEndPoint)socket.LocalEndPoint!), // as above
        };
    }

    private static IPAddress AddressOf(NetworkInterface device) =>
        LinkSockets.AddressesOf(device, AddressFamily.InterNetwork).FirstOrDefault()
            ?? throw new ArgumentException(
                $"Interface {device.Name} has no IPv4 address; give it one, or name the server's address.", nameof(device));
}
