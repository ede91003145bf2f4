using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Capture;

/// <summary>What precedes the IP packet in a frame (the link types of tcpdump.org).</summary>
internal enum LinkType
{
    Ethernet = 1,
    RawIp = 101,
    LinuxCooked = 113,
    LinuxCooked2 = 276,
}

/// <summary>Takes a UDP datagram out of its frame, and puts one into an Ethernet frame.</summary>
internal static class CapturedFrame
{
    private const ushort IPv4 = 0x0800, IPv6 = 0x86dd, Vlan = 0x8100, ServiceVlan = 0x88a8;
    private const int EthernetLength = 14, IPv4Length = 20, IPv6Length = 40, UdpLength = 8;
    private const byte Udp = 17;

    /// <summary>The octets of headers that <see cref="WriteUdp"/> puts before a payload.</summary>
    public static int HeadersLength(IPEndPoint source) =>
        EthernetLength + UdpLength + (source.AddressFamily == AddressFamily.InterNetworkV6 ? IPv6Length : IPv4Length);

    public static bool IsKnown(LinkType link) =>
        link is LinkType.Ethernet or LinkType.RawIp or LinkType.LinuxCooked or LinkType.LinuxCooked2;

    /// <summary>Reads a frame.</summary>
    /// <returns><see langword="null"/> when it holds no UDP datagram, or only a fragment of one.</returns>
    public static CapturedPacket? ReadUdp(LinkType link, ReadOnlyMemory<byte> frame, DateTimeOffset time)
    {
        var bytes = frame.Span;
        HardwareAddress? source = null, destination = null;
        int protocol, at;
        switch (link)
        {
            case LinkType.Ethernet when bytes.Length >= EthernetLength:
                (destination, source) = (
                    new HardwareAddress(HardwareAddress.Ethernet, bytes[..6]),
                    new HardwareAddress(HardwareAddress.Ethernet, bytes.Slice(6, 6)));
                (protocol, at) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]), EthernetLength);
                for (; protocol is Vlan or ServiceVlan && bytes.Length >= at + 4; at += 4)
                    protocol = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
                break;
            case LinkType.LinuxCooked when bytes.Length >= 16:
                if (bytes[5] == 6) source = new HardwareAddress(HardwareAddress.Ethernet, bytes.Slice(6, 6));
                (protocol, at) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]), 16);
                break;
            case LinkType.LinuxCooked2 when bytes.Length >= 20:
                if (bytes[11] == 6) source = new HardwareAddress(HardwareAddress.Ethernet, bytes.Slice(12, 6));
                (protocol, at) = (BinaryPrimitives.ReadUInt16BigEndian(bytes), 20);
                break;
            case LinkType.RawIp when bytes.Length > 0:
                (protocol, at) = (bytes[0] >> 4 == 6 ? IPv6 : IPv4, 0);
                break;
            default:
                return null;
        }

        var packet = protocol switch
        {
            IPv4 => ReadIPv4(frame[at..], time),
            IPv6 => ReadIPv6(frame[at..], time),
            _ => null,
        };
        return packet is null ? null : packet with { SourceHardware = source, DestinationHardware = destination };
    }

    /// <summary>Writes the headers of an Ethernet frame before a payload; those who have no hardware address get one of zeros.</summary>
    public static void WriteUdp(CapturedPacket packet, Span<byte> headers)
    {
        headers.Clear();
        var isIPv6 = packet.Source.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> hardware = stackalloc byte[16];
        if (packet.DestinationHardware is { Length: 6 } to && to.CopyTo(hardware) == 6) hardware[..6].CopyTo(headers);
        else if (packet.Destination.Address.Equals(IPAddress.Broadcast)) headers[..6].Fill(0xff);
        if (packet.SourceHardware is { Length: 6 } from && from.CopyTo(hardware) == 6) hardware[..6].CopyTo(headers[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(headers[12..], isIPv6 ? IPv6 : IPv4);

        var ip = headers[EthernetLength..];
        var udp = ip[(isIPv6 ? IPv6Length : IPv4Length)..];
        var length = (ushort)Math.Min(ushort.MaxValue, UdpLength + packet.Length);
        if (isIPv6)
        {
            ip[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], length);
            (ip[6], ip[7]) = (Udp, 64);
            packet.Source.Address.TryWriteBytes(ip[8..], out _);
            packet.Destination.Address.TryWriteBytes(ip[24..], out _);
        }
        else
        {
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)Math.Min(ushort.MaxValue, IPv4Length + length));
            (ip[8], ip[9]) = (64, Udp);
            packet.Source.Address.TryWriteBytes(ip[12..], out _);
            packet.Destination.Address.TryWriteBytes(ip[16..], out _);
            BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Fold(Sum(ip[..IPv4Length], 0)));
        }

        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)packet.Source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)packet.Destination.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], length);
        if (packet.Length != packet.Payload.Length) return; // zero means no checksum (RFC 768); it could not be right
        var addresses = isIPv6 ? ip.Slice(8, 32) : ip.Slice(12, 8);
        var checksum = Fold(Sum(packet.Payload.Span, Sum(udp[..UdpLength], Sum(addresses, Udp + length))));
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], checksum == 0 ? ushort.MaxValue : checksum);
    }

    private static CapturedPacket? ReadIPv4(ReadOnlyMemory<byte> packet, DateTimeOffset time)
    {
        var ip = packet.Span;
        if (ip.Length < IPv4Length) return null;
        var header = (ip[0] & 15) * 4;
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3fff; // more fragments, or not the first
        if (ip[0] >> 4 != 4 || ip[9] != Udp || fragment != 0 || header < IPv4Length || ip.Length < header) return null;
        return ReadUdp(packet[header..], new IPAddress(ip.Slice(12, 4)), new IPAddress(ip.Slice(16, 4)), time);
    }

    // Extension headers are passed over with their packets: no boot protocol uses them.
    private static CapturedPacket? ReadIPv6(ReadOnlyMemory<byte> packet, DateTimeOffset time)
    {
        var ip = packet.Span;
        return ip.Length < IPv6Length || ip[0] >> 4 != 6 || ip[6] != Udp
            ? null
            : ReadUdp(packet[IPv6Length..], new IPAddress(ip.Slice(8, 16)), new IPAddress(ip.Slice(24, 16)), time);
    }

    private static CapturedPacket? ReadUdp(ReadOnlyMemory<byte> datagram, IPAddress source, IPAddress destination, DateTimeOffset time)
    {
        var udp = datagram.Span;
        if (udp.Length < UdpLength) return null;
        var length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]) - UdpLength;
        if (length < 0) return null;
        return new CapturedPacket(
            At: time,
            Source: new IPEndPoint(source, BinaryPrimitives.ReadUInt16BigEndian(udp)),
            Destination: new IPEndPoint(destination, BinaryPrimitives.ReadUInt16BigEndian(udp[2..])),
            Payload: datagram.Slice(UdpLength, Math.Min(length, udp.Length - UdpLength)))
        {
            Length = length,
        };
    }

    // The Internet checksum (RFC 1071).
    private static uint Sum(ReadOnlySpan<byte> octets, int start) => Sum(octets, (uint)start);

    private static uint Sum(ReadOnlySpan<byte> octets, uint sum)
    {
        for (; octets.Length > 1; octets = octets[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(octets);
        return octets.Length == 1 ? sum + (uint)(octets[0] << 8) : sum;
    }

    private static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
