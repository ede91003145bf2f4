using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// A link that a DHCP server serves: the server's address there, where its clients find boot files, and the socket to send with.
/// </summary>
internal sealed class DhcpLink : IDisposable
{
    private readonly IDatagramSender _sender;

    /// <param name="name">The interface, or where it listens.</param>
    /// <param name="server">This server's address as clients reach it.</param>
    /// <param name="port">The port served.</param>
    /// <param name="options">The server's options.</param>
    /// <param name="sender">The way to send.</param>
    public DhcpLink(string name, IPAddress server, int port, DhcpServerOptions options, IDatagramSender sender)
    {
        _sender = sender;
        Name = name;
        Server = server;
        ServerIPv4 = server.ToIPv4();
        Ports = ((ushort)port, (ushort)options.ClientPort);
        BootFiles = BootFileLocator.On(server, options.Programs, options.TftpServer, options.HttpBase);
        Unicast = new UnicastFilter(ServerIPv4, Ports.Server);
    }

    public string Name { get; }

    public IPAddress Server { get; }

    public IPv4Address ServerIPv4 { get; }

    public (ushort Server, ushort Client) Ports { get; }

    public BootFileLocator BootFiles { get; }

    /// <summary>Whether this is port 4011 of a proxy.</summary>
    public bool IsBootService { get; init; }

    /// <summary>Which addresses from packets replies may be sent to.</summary>
    public UnicastFilter Unicast { get; init; }

    /// <summary>Asks the link by ARP; <see langword="null"/> when that is off or impossible.</summary>
    public ArpProbe? Probe { get; init; }

    /// <summary>Sends the reply of a transaction to where it is addressed.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The link is down, or the system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    public void Send(DhcpTransaction transaction) => _sender.Send(transaction.ReplyBytes, transaction.Peer);

    public void Dispose() => Probe?.Dispose();
}
