using System.Net;

namespace Maas.Boot.Dhcp;

/// <summary>How replies leave: by a listener's socket, or, in a replay, to nowhere.</summary>
internal interface IDatagramSender
{
    /// <summary>Sends a datagram.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The link is down, or the system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    void Send(ReadOnlySpan<byte> datagram, SocketAddress to);
}
