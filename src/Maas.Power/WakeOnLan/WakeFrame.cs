using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Maas.Power.WakeOnLan;

/// <summary>
/// Sends a magic packet as an Ethernet frame of its own type (0x0842), without IP: it needs no address on the link. Linux, with the
/// capability CAP_NET_RAW.
/// </summary>
internal static class WakeFrame
{
    private const ushort EtherType = 0x0842;

    /// <summary>Sends one frame, broadcast, by an interface.</summary>
    /// <exception cref="SocketException">The privilege is missing, or the interface is down.</exception>
    public static async Task SendAsync(string link, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        var device = Array.Find(NetworkInterface.GetAllNetworkInterfaces(), one => one.Name == link);
        if (device is null || !OperatingSystem.IsLinux()) throw new SocketException((int)SocketError.OperationNotSupported);
        using var socket = new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)BinaryPrimitives.ReverseEndianness(EtherType));
        var to = new LinkLayerEndPoint(device.GetIPProperties().GetIPv4Properties().Index);
        await socket.SendToAsync(packet, SocketFlags.None, to, cancellationToken).ConfigureAwait(false);
    }

    // A sockaddr_ll: family 2, protocol 2 (network order), interface 4, hardware type 2, packet type 1, length 1, address 8.
    private sealed class LinkLayerEndPoint(int index) : EndPoint
    {
        private const int Length = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Length);
            var octets = address.Buffer.Span;
            BinaryPrimitives.WriteUInt16BigEndian(octets[2..], EtherType);
            BitConverter.TryWriteBytes(octets[4..], index);
            octets[11] = 6;
            octets.Slice(12, 6).Fill(0xff);
            return address;
        }

        public override EndPoint Create(SocketAddress socketAddress) => this;
    }
}
