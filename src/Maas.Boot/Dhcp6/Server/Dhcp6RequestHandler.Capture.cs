using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Server;

internal sealed partial class Dhcp6RequestHandler
{
    private void Capture(PacketRing ring, Dhcp6Datagram datagram, Dhcp6Request request)
    {
        // A client without a known hardware address is known by its source address.
        var address = request.Hardware is null ? request.Peer(datagram.Source.Address).ToNumber128() : 0;
        ring.Record(
            request.Hardware,
            address,
            new RingPacket(
                timeProvider.GetUtcNow(),
                UdpEndpoint.Of(datagram.Source),
                UdpEndpoint.Of(datagram.To),
                IsSent: false,
                datagram.Link.Name,
                null),
            datagram.Octets.Span);
    }

    private void Capture(
        PacketRing ring,
        Dhcp6Link link,
        Dhcp6Request request,
        Dhcp6Message reply,
        IPEndPoint to,
        byte[] octets,
        string rule)
    {
        // From now on what it fetches by TFTP belongs to it.
        var granted = Dhcp6Telemetry.LeaseIn(reply)?.Address;
        var address = granted?.ToNumber128() ?? (request.Hardware is null ? request.Peer(to.Address).ToNumber128() : 0);
        ring.Record(
            request.Hardware,
            address,
            new RingPacket(
                timeProvider.GetUtcNow(),
                UdpEndpoint.Of(new IPEndPoint(link.Server, link.Port)),
                UdpEndpoint.Of(to),
                IsSent: true,
                link.Name,
                rule),
            octets);
    }
}
