using System.Buffers.Binary;
using System.Text;

namespace Maas.Boot.Capture;

/// <summary>
/// Reads pcapng (draft-ietf-opsawg-pcapng); the blocks stand with <see cref="PcapngWriter"/>. Blocks of other kinds are passed over.
/// </summary>
internal sealed class PcapngReader
{
    private const ulong TicksPerSecond = (ulong)TimeSpan.TicksPerSecond;
    private static readonly long Latest = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks;

    private readonly List<CapturedPacket> _packets = [];
    private readonly List<Device> _devices = [];
    private bool _littleEndian;

    // a palindrome
    public static bool Is(ReadOnlySpan<byte> content) =>
        content.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(content) == PcapngBlock.SectionHeader;

    /// <exception cref="InvalidDataException">A block is cut short or contradicts itself; the message tells the offset.</exception>
    public static IReadOnlyList<CapturedPacket> Read(ReadOnlyMemory<byte> content)
    {
        var reader = new PcapngReader();
        for (var at = 0; at < content.Length;) at += reader.ReadBlock(content[at..], at);
        return reader._packets;
    }

    private int ReadBlock(ReadOnlyMemory<byte> rest, int at)
    {
        var bytes = rest.Span;
        if (bytes.Length < PcapngBlock.Frame) throw Short(at);
        if (Is(bytes))
        {
            if (bytes.Length < PcapngBlock.Frame + 16) throw Short(at);
            _littleEndian = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == PcapngBlock.ByteOrderMagic;
            if (!_littleEndian && BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) != PcapngBlock.ByteOrderMagic)
                throw new InvalidDataException($"The section at offset {at} has no byte order.");
            _devices.Clear(); // they belong to their section
        }

        var length = Number(bytes[4..]);
        if (length < PcapngBlock.Frame || length % 4 != 0 || length > bytes.Length) throw Short(at);
        if (Number(bytes[((int)length - 4)..]) != length)
            throw new InvalidDataException($"The block at offset {at} ends with another length than it begins with.");
        var body = rest[8..((int)length - 4)];
        switch (Number(bytes))
        {
            case PcapngBlock.InterfaceDescription: ReadDevice(body.Span, at); break;
            case PcapngBlock.EnhancedPacket: ReadPacket(body, at); break;
            case PcapngBlock.SimplePacket: ReadSimplePacket(body, at); break;
        }

        return (int)length;
    }

    private void ReadDevice(ReadOnlySpan<byte> body, int at)
    {
        if (body.Length < 8) throw Short(at);
        var device = new Device((LinkType)Half(body));
        var options = body[8..];
        while (TryReadOption(ref options, at, out var code, out var value))
        {
            if (code == PcapngBlock.InterfaceName) device = device with { Name = Encoding.UTF8.GetString(value.TrimEnd((byte)0)) };
            else if (code == PcapngBlock.TimeResolution && value.Length == 1)
                device = device with { UnitsPerSecond = UnitsOf(value[0], at) };
            else if (code == PcapngBlock.TimeOffset && value.Length == 8)
                device = device with
                {
                    Offset = (long)(_littleEndian
                        ? BinaryPrimitives.ReadUInt64LittleEndian(value)
                        : BinaryPrimitives.ReadUInt64BigEndian(value))
                };
        }

        _devices.Add(device);
    }

    private void ReadPacket(ReadOnlyMemory<byte> block, int at)
    {
        const int Fixed = 20;
        var body = block.Span;
        if (body.Length < Fixed) throw Short(at);
        var index = Number(body);
        if (index >= _devices.Count)
            throw new InvalidDataException($"The packet at offset {at} is of interface {index}, which the section does not describe.");
        var time = ((ulong)Number(body[4..]) << 32) | Number(body[8..]);
        var captured = Number(body[12..]);
        if (captured > body.Length - Fixed) throw Short(at);
        var device = _devices[(int)index];
        if (CapturedFrame.ReadUdp(device.Link, block.Slice(Fixed, (int)captured), device.TimeOf(time)) is not { } packet) return;

        var options = body[Math.Min(body.Length, Fixed + PcapngBlock.Padded((int)captured))..];
        packet = packet with { Interface = device.Name };
        while (TryReadOption(ref options, at, out var code, out var value))
        {
            if (code == PcapngBlock.Comment) packet = packet with { Comment = Encoding.UTF8.GetString(value) };
            else if (code == PcapngBlock.Flags && value.Length == 4)
                packet = packet with { IsSent = (Number(value) & 3) switch { 1 => false, 2 => true, _ => null } };
        }

        _packets.Add(packet);
    }

    // It tells neither its time nor, but for what its block holds, how much of it was captured.
    private void ReadSimplePacket(ReadOnlyMemory<byte> block, int at)
    {
        if (block.Length < 4 || _devices.Count == 0) throw Short(at);
        var captured = (int)Math.Min(Number(block.Span), (uint)block.Length - 4);
        if (CapturedFrame.ReadUdp(_devices[0].Link, block.Slice(4, captured), DateTimeOffset.UnixEpoch) is { } packet)
            _packets.Add(packet with { Interface = _devices[0].Name });
    }

    private bool TryReadOption(ref ReadOnlySpan<byte> rest, int at, out ushort code, out ReadOnlySpan<byte> value)
    {
        code = PcapngBlock.EndOfOptions;
        value = default;
        if (rest.Length < 4) return false;
        code = Half(rest);
        var length = Half(rest[2..]);
        if (code == PcapngBlock.EndOfOptions) return false;
        if (length > rest.Length - 4) throw Short(at);
        value = rest.Slice(4, length);
        rest = rest[Math.Min(rest.Length, 4 + PcapngBlock.Padded(length))..];
        return true;
    }

    // The highest bit tells whether the rest is a power of 2 or of 10.
    private static ulong UnitsOf(byte resolution, int at) => (resolution & 0x80, resolution & 0x7f) switch
    {
        (0, <= 19 and var power) => (ulong)Math.Pow(10, power),
        (not 0, <= 63 and var power) => 1UL << power,
        _ => throw new InvalidDataException($"The interface at offset {at} has time stamps of no known unit."),
    };

    private static InvalidDataException Short(int at) => new($"The block at offset {at} is cut short.");

    private uint Number(ReadOnlySpan<byte> bytes) =>
        _littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private ushort Half(ReadOnlySpan<byte> bytes) =>
        _littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private sealed record Device(LinkType Link)
    {
        public string? Name { get; init; }

        public ulong UnitsPerSecond { get; init; } = 1_000_000;

        public long Offset { get; init; }

        public DateTimeOffset TimeOf(ulong units)
        {
            var ticks = (Int128)units * TicksPerSecond / UnitsPerSecond + (Int128)Offset * TimeSpan.TicksPerSecond;
            return DateTimeOffset.UnixEpoch.AddTicks((long)Int128.Clamp(ticks, 0, Latest));
        }
    }
}
