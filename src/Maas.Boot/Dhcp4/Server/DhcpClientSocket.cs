using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>A link over IPv4, and a way to send.</summary>
internal abstract class DhcpClientSocket(
    string name,
    IPAddress server,
    bool isBootService,
    (ushort Server, ushort Client) ports,
    DhcpServerOptions options) : BootLink(name, server, options)
{
    /// <summary>Asks the link by ARP; <see langword="null"/> when that is off or impossible.</summary>
    public ArpProbe? Probe { get; set; }

    public IPv4Address ServerIPv4 { get; } = server.ToIPv4();

    /// <summary>Whether this is port 4011 of a proxy.</summary>
    public bool IsBootService { get; } = isBootService;

    public (ushort Server, ushort Client) Ports { get; } = ports;

    /// <summary>Which addresses from packets replies may be sent to.</summary>
    public UnicastFilter Unicast { get; init; } = new(server.ToIPv4(), ports.Server);

    /// <summary>Sends the reply of an exchange to where it is addressed.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The link is down, or the system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    public abstract void Send(DhcpTransaction exchange);
}
