using System.Buffers.Binary;

namespace Maas.Boot.Capture;

/// <summary>
/// Reads the UDP datagrams of a capture: classic pcap or pcapng, in either byte order, of Ethernet frames (with or without VLAN tags), of
/// Linux's
/// <c>any</c> device, or of bare IP packets. What is no whole UDP datagram over IPv4 or IPv6 is passed over.
/// <code>
/// file    magic (4) major (2) minor (2) zone (4) sigfigs (4) snaplen (4) linktype (4)
/// packet  seconds (4) fraction (4) captured length (4) length on the wire (4) octets
/// </code>
/// </summary>
/// <example>
/// <code>
/// var packets = PcapReader.Read(File.ReadAllBytes("trouble.pcapng"));
/// </code>
/// </example>
public static class PcapReader
{
    private const uint Microseconds = 0xa1b2c3d4, Nanoseconds = 0xa1b23c4d;
    private const int HeaderLength = 24, PacketHeaderLength = 16;

    /// <summary>Reads a whole file.</summary>
    /// <param name="content">The file. The payloads are views of it.</param>
    /// <exception cref="InvalidDataException">It is no such file, or is cut short; the message tells the offset.</exception>
    public static IReadOnlyList<CapturedPacket> Read(ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        if (PcapngReader.Is(bytes)) return PcapngReader.Read(content);
        if (bytes.Length < HeaderLength) throw new InvalidDataException($"A pcap file has a header of {HeaderLength} octets.");
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var littleEndian = magic is Microseconds or Nanoseconds;
        if (!littleEndian) magic = BinaryPrimitives.ReverseEndianness(magic);
        if (magic is not (Microseconds or Nanoseconds)) throw new InvalidDataException("This is no capture: neither pcap nor pcapng.");
        var link = (LinkType)(ReadNumber(bytes[20..], littleEndian) & 0xffff);
        if (!CapturedFrame.IsKnown(link))
            throw new InvalidDataException(
                $"The capture has link type {(int)link}, which is not supported: "
                + "Ethernet (1), raw IP (101) and Linux cooked (113, 276) are.");

        var packets = new List<CapturedPacket>();
        for (var at = HeaderLength; at < bytes.Length;)
        {
            if (bytes.Length - at < PacketHeaderLength) throw new InvalidDataException($"The packet at offset {at} is cut short.");
            var seconds = ReadNumber(bytes[at..], littleEndian);
            var fraction = ReadNumber(bytes[(at + 4)..], littleEndian);
            var length = ReadNumber(bytes[(at + 8)..], littleEndian);
            if (length > bytes.Length - at - PacketHeaderLength) throw new InvalidDataException($"The packet at offset {at} is cut short.");
            var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(magic == Nanoseconds ? fraction / 100 : fraction * 10L);
            if (CapturedFrame.ReadUdp(link, content.Slice(at + PacketHeaderLength, (int)length), time) is { } packet) packets.Add(packet);
            at += PacketHeaderLength + (int)length;
        }

        return packets;
    }

    private static uint ReadNumber(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
