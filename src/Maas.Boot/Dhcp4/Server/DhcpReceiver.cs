using System.Net.Sockets;
using Maas.Boot.Dhcp;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>Receives the datagrams of one listener into transactions that are used again and again; of its receive loop.</summary>
internal sealed class DhcpReceiver(
    DhcpListener<DhcpLink> listener,
    DhcpTransactionPool pool,
    DhcpRequestHandler handler,
    TimeProvider timeProvider)
{
    private readonly DhcpTransaction _spare = new();
    private DhcpTransaction? _next;

    /// <summary>Receives one datagram, and hands it over or, when all transactions are under way, drops it.</summary>
    /// <exception cref="SocketException">Nothing could be received.</exception>
    /// <exception cref="ObjectDisposedException">The listener is closed.</exception>
    public void Receive()
    {
        _next ??= pool.Rent();
        var target = _next ?? _spare;
        var received = listener.Socket.ReceiveFrom(target.ReceiveBuffer, SocketFlags.None, target.Peer);
        if (_next is not { } transaction)
        {
            DhcpTelemetry.Overflowed();
            _spare.Reset();
            return;
        }

        _next = null;
        transaction.Link = listener.Link;
        transaction.ReceivedAt = timeProvider.GetTimestamp();
        handler.Begin(transaction, received);
    }
}
