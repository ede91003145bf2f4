using System.Net;
using System.Net.Sockets;
using Maas.Boot.Capture;

namespace Maas.Boot.Tftp;

/// <summary>A transfer's socket that keeps what passes it in a ring.</summary>
internal sealed class CapturedSocket(
    TransferSocket socket,
    PacketRing ring,
    IPEndPoint server,
    IPEndPoint client,
    string? device,
    TimeProvider timeProvider) : TransferSocket
{
    private readonly UdpEndpoint _server = UdpEndpoint.Of(server);
    private readonly UdpEndpoint _client = UdpEndpoint.Of(client);

    public override int MaxPayload => socket.MaxPayload;

    public override Socket? OwnSocket => socket.OwnSocket;

    public override void Send(ReadOnlySpan<byte> packets, int stride)
    {
        socket.Send(packets, stride);
        var now = timeProvider.GetUtcNow();
        for (; !packets.IsEmpty; packets = packets[Math.Min(stride, packets.Length)..])
        {
            var packet = packets[..Math.Min(stride, packets.Length)];
            var kept = TftpPacket.Opcode(packet) == TftpPacket.Data ? PacketRing.KeptOfBlock : int.MaxValue;
            ring.Record(null, _client.Address, new RingPacket(now, _server, _client, IsSent: true, device, null, kept), packet);
        }
    }

    public override bool CanWait => socket.CanWait;

    public override int Receive(Span<byte> datagram, bool mayWait, out SocketError error) => socket.Receive(datagram, mayWait, out error);

    public override void Received(ReadOnlySpan<byte> datagram) =>
        ring.Record(
            null, _client.Address, new RingPacket(timeProvider.GetUtcNow(), _client, _server, IsSent: false, device, null), datagram);

    public override void Attach(TransferSession session) => socket.Attach(session);

    public override void Dispose() => socket.Dispose();
}
