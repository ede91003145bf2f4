using System.Buffers.Binary;
using System.Net;

namespace Maas.Boot.Capture;

/// <summary>
/// Reads the UDP datagrams of a classic pcap file of Ethernet frames, in either byte order, with micro- or nanoseconds.
/// What is no IPv4 UDP is passed over.
/// <code>
/// file    magic (4) major (2) minor (2) zone (4) sigfigs (4) snaplen (4) linktype (4)
/// packet  seconds (4) fraction (4) captured length (4) length on the wire (4) octets
/// </code>
/// </summary>
internal static class PcapReader
{
    private const uint Microseconds = 0xa1b2c3d4, Nanoseconds = 0xa1b23c4d, Ethernet = 1;

    /// <exception cref="InvalidDataException">It is no such file, or is cut short; the message tells the offset.</exception>
    public static IReadOnlyList<CapturedPacket> Read(ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        if (bytes.Length < 24) throw new InvalidDataException("A pcap file has a header of 24 octets.");
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var littleEndian = magic is Microseconds or Nanoseconds;
        if (!littleEndian) magic = BinaryPrimitives.ReverseEndianness(magic);
        if (magic is not (Microseconds or Nanoseconds)) throw new InvalidDataException("This is no pcap file.");
        if (ReadNumber(bytes[20..], littleEndian) != Ethernet) throw new InvalidDataException("The capture is not one of Ethernet frames.");

        var packets = new List<CapturedPacket>();
        for (var at = 24; at < bytes.Length;)
        {
            if (bytes.Length - at < 16) throw new InvalidDataException($"The packet at offset {at} is cut short.");
            var seconds = ReadNumber(bytes[at..], littleEndian);
            var fraction = ReadNumber(bytes[(at + 4)..], littleEndian);
            var length = ReadNumber(bytes[(at + 8)..], littleEndian);
            if (length > bytes.Length - at - 16) throw new InvalidDataException($"The packet at offset {at} is cut short.");
            var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(magic == Nanoseconds ? fraction / 100 : fraction * 10L);
            if (ReadUdp(content.Slice(at + 16, (int)length), time) is { } packet) packets.Add(packet);
            at += 16 + (int)length;
        }

        return packets;
    }

    private static CapturedPacket? ReadUdp(ReadOnlyMemory<byte> frame, DateTimeOffset time)
    {
        const int EthernetHeader = 14, UdpHeader = 8;
        var bytes = frame.Span;
        if (bytes.Length < EthernetHeader + 20 + UdpHeader || BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]) != 0x0800) return null;
        var ip = bytes[EthernetHeader..];
        var ipHeader = (ip[0] & 15) * 4;
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3fff; // more fragments, or not the first
        if (ip[0] >> 4 != 4 || ip[9] != 17 || fragment != 0 || ipHeader < 20 || ip.Length < ipHeader + UdpHeader) return null;

        var udp = ip[ipHeader..];
        var length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]) - UdpHeader;
        if (length < 0 || length > udp.Length - UdpHeader) return null;
        return new CapturedPacket(
            At: time,
            Source: new IPEndPoint(new IPAddress(ip.Slice(12, 4)), BinaryPrimitives.ReadUInt16BigEndian(udp)),
            Destination: new IPEndPoint(new IPAddress(ip.Slice(16, 4)), BinaryPrimitives.ReadUInt16BigEndian(udp[2..])),
            Payload: frame.Slice(EthernetHeader + ipHeader + UdpHeader, length));
    }

    private static uint ReadNumber(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
