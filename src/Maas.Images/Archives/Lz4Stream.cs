using System.Buffers.Binary;
using K4os.Compression.LZ4;
using K4os.Hash.xxHash;

namespace Maas.Images.Archives;

/// <summary>
/// Unpacks LZ4 frames, one behind the other, with all their checksums, and the legacy frames that Linux's own initrds are made of. What
/// follows is from lz4_Frame_format.md 1.6.
/// </summary>
/// <remarks>
/// <code>
/// frame:  magic 04 22 4D 18 | FLG | BD | [content size 8] | [dictionary id 4] | HC | blocks | end mark 0 | [checksum of content 4]
/// FLG:    version 01 | blocks independent | block checksum | content size | content checksum | 0 | dictionary id
/// block:  length 4, top bit set when it is not packed | data | [checksum of data 4]
/// legacy: magic 02 21 4C 18 | (length 4 | data, 8 MiB unpacked, the last less)*     ends with the input, or where no such length follows
/// skip:   magic 5x 2A 4D 18 | length 4 | data
/// </code>
/// </remarks>
internal sealed class Lz4Stream(PeekedStream input) : ForwardStream
{
    private const uint FrameMagic = 0x184D2204, LegacyMagic = 0x184C2102;
    private const int LegacyBlock = 8 << 20, History = 64 << 10;
    private const uint NotPacked = 0x80000000;

    private readonly byte[] _four = new byte[4];
    private Frame? _frame;
    private byte[] _window = [], _packed = [];
    private int _from, _to, _historyFrom;

    /// <summary>Whether a stream that begins so is LZ4.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(head) is FrameMagic or LegacyMagic;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (_from == _to)
        {
            if (_frame is { } frame) ReadBlock(frame);
            else if (!BeginFrame()) return 0;
        }

        var part = Math.Min(buffer.Length, _to - _from);
        _window.AsSpan(_from, part).CopyTo(buffer);
        _from += part;
        return part;
    }

    // Returns false where no frame follows.
    private bool BeginFrame()
    {
        switch (PeekNumber())
        {
            case FrameMagic:
                input.Skip(4);
                Begin(ReadDescriptor());
                return true;
            case LegacyMagic:
                input.Skip(4);
                Begin(new Frame(LegacyBlock, LZ4Codec.MaximumOutputSize(LegacyBlock)) { Legacy = true });
                return true;
            default:
                if (SkippableFrame.LengthOf(input.Peek(SkippableFrame.HeaderLength)) is not { } skipped) return false;
                Skip(skipped);
                return true;
        }
    }

    private void Begin(Frame frame)
    {
        _frame = frame;
        if (_window.Length < History + frame.BlockSize) _window = new byte[History + frame.BlockSize];
        if (_packed.Length < frame.MostPacked) _packed = new byte[frame.MostPacked];
        _from = _to = _historyFrom = History;
    }

    private Frame ReadDescriptor()
    {
        Span<byte> descriptor = stackalloc byte[2 + 8 + 4 + 1];
        input.ReadExactly(descriptor[..2]);
        var (flags, size) = (descriptor[0], descriptor[1]);
        if (flags >> 6 != 1 || (flags & 2) != 0 || (size & 0x8F) != 0 || size >> 4 < 4)
            throw new InvalidDataException("The frame's descriptor has unknown flags.");
        if ((flags & 1) != 0) throw new InvalidDataException("The frame needs a dictionary.");
        var length = 2 + ((flags & 8) != 0 ? 8 : 0);
        input.ReadExactly(descriptor[2..(length + 1)]);
        if ((byte)(XXH32.DigestOf(descriptor[..length]) >> 8) != descriptor[length])
            throw new InvalidDataException("The checksum of the frame's descriptor is wrong.");
        var block = 1 << (8 + (2 * (size >> 4)));
        return new Frame(block, block)
        {
            Linked = (flags & 0x20) == 0,
            BlockChecksums = (flags & 0x10) != 0,
            ContentLength = length > 2 ? BinaryPrimitives.ReadUInt64LittleEndian(descriptor[2..]) : null,
            Checksum = (flags & 4) != 0 ? new XXH32() : null,
        };
    }

    private void ReadBlock(Frame frame)
    {
        if (frame.Legacy)
        {
            ReadLegacyBlock(frame);
            return;
        }

        var length = ReadNumber();
        if (length == 0)
        {
            End(frame);
            return;
        }

        var data = ReadPacked(frame, length & ~NotPacked);
        if (frame.BlockChecksums && ReadNumber() != XXH32.DigestOf(data))
            throw new InvalidDataException("The checksum of a block is wrong.");
        Unpack(frame, data, packed: (length & NotPacked) == 0);
    }

    private void ReadLegacyBlock(Frame frame)
    {
        if (PeekNumber() is not { } length || length == 0 || length > frame.MostPacked)
        {
            _frame = null;
            return;
        }

        input.Skip(4);
        Unpack(frame, ReadPacked(frame, length), packed: true);
    }

    private ReadOnlySpan<byte> ReadPacked(Frame frame, uint length)
    {
        if (length == 0 || length > frame.MostPacked)
            throw new InvalidDataException($"A block of {length} bytes is longer than the frame allows, or empty.");
        var data = _packed.AsSpan(0, (int)length);
        input.ReadExactly(data);
        return data;
    }

    // A linked block may repeat bytes of the 64 KiB before it.
    private void Unpack(Frame frame, ReadOnlySpan<byte> data, bool packed)
    {
        KeepHistory(frame.Linked);
        var room = _window.AsSpan(History, frame.BlockSize);
        var length = data.Length;
        if (packed) length = LZ4Codec.Decode(data, room, _window.AsSpan(_historyFrom, History - _historyFrom));
        else data.CopyTo(room);
        if (length < 0) throw new InvalidDataException("A block is damaged.");
        (_from, _to) = (History, History + length);
        frame.Produced += (ulong)length;
        frame.Checksum?.Update(room[..length]);
    }

    private void KeepHistory(bool linked)
    {
        var kept = linked ? Math.Min(History, _to - _historyFrom) : 0;
        _window.AsSpan(_to - kept, kept).CopyTo(_window.AsSpan(History - kept));
        _historyFrom = History - kept;
    }

    private void End(Frame frame)
    {
        if (frame.ContentLength is { } promised && promised != frame.Produced)
            throw new InvalidDataException($"The frame holds {frame.Produced} bytes instead of {promised}.");
        if (frame.Checksum is { } checksum && ReadNumber() != checksum.Digest())
            throw new InvalidDataException("The checksum of the frame's content is wrong.");
        _frame = null;
    }

    private void Skip(long length)
    {
        Span<byte> some = stackalloc byte[4096];
        for (var left = length; left > 0;)
        {
            var part = some[..(int)Math.Min(left, some.Length)];
            input.ReadExactly(part);
            left -= part.Length;
        }
    }

    private uint ReadNumber()
    {
        input.ReadExactly(_four);
        return BinaryPrimitives.ReadUInt32LittleEndian(_four);
    }

    private uint? PeekNumber() => input.Peek(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32LittleEndian(four) : null;

    private sealed class Frame(int blockSize, int mostPacked)
    {
        public int BlockSize => blockSize;

        public int MostPacked => mostPacked;

        public bool Legacy { get; init; }

        public bool Linked { get; init; }

        public bool BlockChecksums { get; init; }

        public ulong? ContentLength { get; init; }

        public XXH32? Checksum { get; init; }

        public ulong Produced { get; set; }
    }
}
