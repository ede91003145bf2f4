using Maas.Boot.Capture;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

internal sealed partial class DhcpRequestHandler
{
    // The socket does not tell whether it was broadcast: a sender without an address can do no other.
    private void Capture(DhcpTransaction transaction, int received)
    {
        var (request, (address, port), link) = (transaction.Request, transaction.Source, transaction.Link);
        var to = new UdpEndpoint(address.IsNone ? IPv4Address.Broadcast : link.ServerIPv4, link.Ports.Server);
        _capture!.Record(
            request.Hardware,
            request.Ciaddr.Value,
            new RingPacket(_time.GetUtcNow(), new UdpEndpoint(address, port), to, IsSent: false, link.Name, null),
            transaction.ReceiveBuffer[..received]);
    }

    private void Capture(DhcpTransaction transaction)
    {
        // The reply was sent: the source is now the address that it was sent to.
        var (reply, (address, port), link) = (transaction.Reply, transaction.Source, transaction.Link);
        var from = new UdpEndpoint(link.ServerIPv4, link.Ports.Server);
        _capture!.Record(
            reply.Hardware,
            reply.Yiaddr.Value,
            new RingPacket(_time.GetUtcNow(), from, new UdpEndpoint(address, port), IsSent: true, link.Name, transaction.Rule),
            transaction.ReplyBytes);
    }
}
