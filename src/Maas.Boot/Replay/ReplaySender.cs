using System.Net;
using System.Net.Sockets;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp;

namespace Maas.Boot.Replay;

/// <summary>Puts what a server would send to the step that it answers.</summary>
/// <param name="server">Where the server would send from.</param>
/// <param name="timeProvider">The clock of the replay.</param>
internal sealed class ReplaySender(IPEndPoint server, TimeProvider timeProvider) : IDatagramSender
{
    /// <summary>The step that is answered now.</summary>
    public ReplayStep? Step { get; set; }

    public void Send(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        var any = new IPEndPoint(to.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        Step?.AddAnswer(new CapturedPacket(timeProvider.GetUtcNow(), server, (IPEndPoint)any.Create(to), datagram.ToArray())
        {
            IsSent = true
        });
    }
}
