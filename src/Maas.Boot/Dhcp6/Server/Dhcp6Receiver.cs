using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>Receives the datagrams of one listener; of its receive loop.</summary>
internal sealed class Dhcp6Receiver(DhcpListener<Dhcp6Link> listener, Dhcp6RequestHandler handler, TimeProvider timeProvider)
{
    private const int LongestDatagram = 4096;
    private static readonly IPEndPoint Anybody = new(IPAddress.IPv6Any, 0);

    private readonly byte[] _buffer = new byte[LongestDatagram];

    /// <summary>Receives one datagram and hands it over.</summary>
    /// <exception cref="SocketException">Nothing could be received.</exception>
    /// <exception cref="ObjectDisposedException">The listener is closed.</exception>
    public void Receive()
    {
        var flags = SocketFlags.None;
        EndPoint source = Anybody;
        var length = listener.Socket.ReceiveMessageFrom(_buffer, ref flags, ref source, out var information);
        handler.Begin(new Dhcp6Datagram(
            Link: listener.Link,
            Source: (IPEndPoint)source,
            To: new IPEndPoint(information.Address, listener.EndPoint.Port),
            IsUnicast: listener.Device is not null && !information.Address.IsIPv6Multicast,
            Octets: _buffer.AsSpan(0, length).ToArray(),
            ReceivedAt: timeProvider.GetTimestamp()));
    }
}

/// <summary>A datagram as it was received.</summary>
/// <param name="Link">On which link.</param>
/// <param name="Source">From whom.</param>
/// <param name="To">To which of this server's addresses or groups.</param>
/// <param name="IsUnicast">Whether it was sent to this server's address instead of a group.</param>
/// <param name="Octets">What it holds.</param>
/// <param name="ReceivedAt">When, as <see cref="TimeProvider.GetTimestamp"/> tells.</param>
internal sealed record Dhcp6Datagram(
    Dhcp6Link Link,
    IPEndPoint Source,
    IPEndPoint To,
    bool IsUnicast,
    ReadOnlyMemory<byte> Octets,
    long ReceivedAt);
