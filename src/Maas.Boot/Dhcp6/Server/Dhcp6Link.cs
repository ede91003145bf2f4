using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>
/// A link that a DHCPv6 server serves: the server's identifier there, where its clients find boot files, and the socket to send with.
/// </summary>
/// <param name="name">The interface, or where it listens.</param>
/// <param name="server">This server's address as clients reach it.</param>
/// <param name="port">The port served.</param>
/// <param name="options">The server's options.</param>
/// <param name="addresses">The addresses by which this server's own subnet on the link is found.</param>
/// <param name="sender">The way to send.</param>
internal sealed class Dhcp6Link(
    string name,
    IPAddress server,
    int port,
    Dhcp6ServerOptions options,
    Func<IEnumerable<IPAddress>> addresses,
    IDatagramSender sender)
{
    public string Name { get; } = name;

    public IPAddress Server { get; } = server;

    public int Port { get; } = port;

    public BootFileLocator BootFiles { get; } = BootFileLocator.On(server, options.Programs, options.TftpServer, options.HttpBase);

    /// <summary>The addresses by which this server's own subnet on the link is found, as they are now.</summary>
    public IEnumerable<IPAddress> Addresses => addresses();

    /// <summary>Sends a datagram.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The link is down, or the system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    public void Send(ReadOnlySpan<byte> datagram, IPEndPoint to) => sender.Send(datagram, to.Serialize());
}
