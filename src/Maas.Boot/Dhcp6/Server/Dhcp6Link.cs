using System.Net;
using Maas.Boot.Dhcp;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>A link over IPv6, and a way to send.</summary>
internal abstract class Dhcp6Link(string name, IPAddress server, int port, Dhcp6ServerOptions options) : BootLink(name, server, options)
{
    /// <summary>The port that is served.</summary>
    public int Port { get; } = port;

    /// <summary>The port clients listen on.</summary>
    public int ClientPort { get; } = options.ClientPort;

    /// <summary>The addresses by which this server's own subnet on the link is found.</summary>
    public abstract IEnumerable<IPAddress> Addresses { get; }

    /// <summary>Sends a datagram.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The link is down, or the system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    public abstract void Send(ReadOnlySpan<byte> octets, IPEndPoint to);
}
