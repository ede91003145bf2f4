using Maas.Boot.Capture;

namespace Maas.Boot.Dhcp.Serving;

internal sealed partial class DhcpConversation
{
    // The socket does not tell whether it was broadcast: a sender without an address can do no other.
    private void Capture(Exchange exchange, int received)
    {
        var (request, (address, port), link) = (exchange.Request, exchange.Source, exchange.Link);
        var to = new UdpEnd(address == 0 ? uint.MaxValue : link.ServerNumber, link.Ports.Server);
        _capture!.Record(request.Hardware, request.ClientNumber, new RingPacket(_time.GetUtcNow(), new UdpEnd(address, port), to, IsSent: false, link.Name, null), exchange.ReceiveBuffer[..received]);
    }

    private void Capture(Exchange exchange)
    {
        var (reply, (address, port), link) = (exchange.Reply, exchange.Source, exchange.Link); // by now the peer is whom it went to
        var from = new UdpEnd(link.ServerNumber, link.Ports.Server);
        _capture!.Record(reply.Hardware, reply.YourNumber, new RingPacket(_time.GetUtcNow(), from, new UdpEnd(address, port), IsSent: true, link.Name, exchange.Rule), exchange.ReplyBytes);
    }
}
