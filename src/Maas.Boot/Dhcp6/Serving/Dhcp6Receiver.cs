using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Dhcp6.Serving;

/// <summary>The receive loop of one link. It holds no rule and waits for nobody.</summary>
internal sealed class Dhcp6Receiver(SocketLink6 link, Dhcp6Conversation conversation, TimeProvider time)
{
    private const int LongestDatagram = 4096;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestDatagram];
        var anybody = new IPEndPoint(IPAddress.IPv6Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var received = await link.Socket.ReceiveMessageFromAsync(buffer, anybody, cancellationToken).ConfigureAwait(false);
                conversation.Begin(new Dhcp6Datagram(
                    Link: link,
                    Source: (IPEndPoint)received.RemoteEndPoint,
                    To: new IPEndPoint(received.PacketInformation.Address, link.Port),
                    IsUnicast: link.Device is not null && !received.PacketInformation.Address.IsIPv6Multicast,
                    Octets: buffer.AsSpan(0, received.ReceivedBytes).ToArray(),
                    ReceivedAt: time.GetTimestamp()));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is not SocketError.OperationAborted)
            {
                conversation.ReceiveFailed(link, e);
                await Task.Delay(PauseAfterFailure, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

/// <summary>A datagram as it was received.</summary>
/// <param name="Link">On which link.</param>
/// <param name="Source">From whom.</param>
/// <param name="To">To which of this server's addresses or groups.</param>
/// <param name="IsUnicast">Whether it was sent to this server's address instead of a group.</param>
/// <param name="Octets">What it holds.</param>
/// <param name="ReceivedAt">When, as <see cref="TimeProvider.GetTimestamp"/> tells.</param>
internal sealed record Dhcp6Datagram(Dhcp6Link Link, IPEndPoint Source, IPEndPoint To, bool IsUnicast, ReadOnlyMemory<byte> Octets, long ReceivedAt);
