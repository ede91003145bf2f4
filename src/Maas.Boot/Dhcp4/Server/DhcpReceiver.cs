using System.Net.Sockets;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>Receives the datagrams of one link into exchanges that are used again and again; of its receive loop.</summary>
internal sealed class DhcpReceiver(SocketLink link, DhcpTransactionPool pool, DhcpRequestHandler conversation, TimeProvider timeProvider)
{
    private readonly DhcpTransaction _spare = new();
    private DhcpTransaction? _next;

    /// <summary>Receives one datagram, and hands it over or, when all exchanges are under way, drops it.</summary>
    /// <exception cref="SocketException">Nothing could be received.</exception>
    /// <exception cref="ObjectDisposedException">The link is closed.</exception>
    public void Receive()
    {
        _next ??= pool.Rent();
        var target = _next ?? _spare;
        var received = link.Socket.ReceiveFrom(target.ReceiveBuffer, SocketFlags.None, target.Peer);
        if (_next is not { } exchange)
        {
            DhcpTelemetry.Overflowed();
            _spare.Reset();
            return;
        }

        _next = null;
        exchange.Link = link;
        exchange.ReceivedAt = timeProvider.GetTimestamp();
        conversation.Begin(exchange, received);
    }
}
