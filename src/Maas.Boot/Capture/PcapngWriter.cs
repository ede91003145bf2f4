using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Maas.Boot.Capture;

/// <summary>Writes datagrams as a pcapng file (draft-ietf-opsawg-pcapng) that Wireshark and tcpdump read.</summary>
/// <remarks>
/// Ethernet, IP and UDP headers are made up around what a socket delivered or took. The file is little-endian, its time stamps are of 100
/// ns, and each packet has its comment and direction.
/// <code>
/// block   type (4)  length (4)  body, padded to 4  length (4)
/// SHB     byte-order magic (4)  major (2)  minor (2)  section length (8)  options
/// IDB     link type (2)  reserved (2)  snap length (4)  options
/// EPB     interface (4)  time stamp, high and low (8)  captured (4)  original (4)  frame, padded  options
/// option  code (2)  length (2)  value, padded to 4
/// </code>
/// </remarks>
public static class PcapngWriter
{
    private const string Unnamed = "maas";

    /// <summary>Writes a file of one section, with an interface for each that the packets name.</summary>
    /// <param name="output">Where to; it is not flushed.</param>
    /// <param name="packets">In the order of the file.</param>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<CapturedPacket> packets)
    {
        var names = packets.Select(p => p.Interface ?? Unnamed).Distinct(StringComparer.Ordinal).ToList();
        var body = new ArrayBufferWriter<byte>(2048);
        Number(body, PcapngBlock.ByteOrderMagic);
        Number(body, 1); // major 1, minor 0
        Number(body, uint.MaxValue);
        Number(body, uint.MaxValue); // the section's length is not told
        Option(body, PcapngBlock.Application, "Maas.Boot"u8);
        Number(body, PcapngBlock.EndOfOptions);
        Block(output, PcapngBlock.SectionHeader, body);
        foreach (var name in names)
        {
            Number(body, (uint)LinkType.Ethernet);
            Number(body, 0); // no limit
            Option(body, PcapngBlock.InterfaceName, Encoding.UTF8.GetBytes(name));
            Option(body, PcapngBlock.TimeResolution, [7]); // 10^-7 s, which is what the runtime's clock has
            Number(body, PcapngBlock.EndOfOptions);
            Block(output, PcapngBlock.InterfaceDescription, body);
        }

        foreach (var packet in packets)
        {
            WritePacket(body, packet, names.IndexOf(packet.Interface ?? Unnamed));
            Block(output, PcapngBlock.EnhancedPacket, body);
        }
    }

    /// <summary>Writes a file to a stream.</summary>
    /// <param name="output">Where to; it is not flushed.</param>
    /// <param name="packets">In the order of the file.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static async Task WriteAsync(Stream output, IReadOnlyList<CapturedPacket> packets, CancellationToken cancellationToken = default)
    {
        var content = new ArrayBufferWriter<byte>(1024 + packets.Sum(p => p.Payload.Length + 128));
        Write(content, packets);
        await output.WriteAsync(content.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private static void WritePacket(ArrayBufferWriter<byte> body, CapturedPacket packet, int device)
    {
        var headers = CapturedFrame.HeadersLength(packet.Source);
        var time = (ulong)(packet.At - DateTimeOffset.UnixEpoch).Ticks;
        Number(body, (uint)device);
        Number(body, (uint)(time >> 32));
        Number(body, (uint)time);
        Number(body, (uint)(headers + packet.Payload.Length));
        Number(body, (uint)(headers + packet.Length));
        CapturedFrame.WriteUdp(packet, body.GetSpan(headers)[..headers]);
        body.Advance(headers);
        body.Write(packet.Payload.Span);
        Pad(body, headers + packet.Payload.Length);
        if (packet.Comment is { Length: > 0 } comment) Option(body, PcapngBlock.Comment, Encoding.UTF8.GetBytes(comment));
        if (packet.IsSent is { } sent) Option(body, PcapngBlock.Flags, [(byte)(sent ? 2 : 1), 0, 0, 0]);
        Number(body, PcapngBlock.EndOfOptions);
    }

    private static void Block(IBufferWriter<byte> output, uint type, ArrayBufferWriter<byte> body)
    {
        var length = (uint)(PcapngBlock.Frame + body.WrittenCount);
        Number(output, type);
        Number(output, length);
        output.Write(body.WrittenSpan);
        Number(output, length);
        body.ResetWrittenCount();
    }

    private static void Option(IBufferWriter<byte> output, ushort code, ReadOnlySpan<byte> value)
    {
        value = value[..Math.Min(value.Length, ushort.MaxValue)];
        Number(output, code | ((uint)value.Length << 16));
        output.Write(value);
        Pad(output, value.Length);
    }

    private static void Pad(IBufferWriter<byte> output, int length) =>
        output.Write(new byte[3].AsSpan(0, PcapngBlock.Padded(length) - length));

    private static void Number(IBufferWriter<byte> output, uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), number);
        output.Advance(4);
    }
}
