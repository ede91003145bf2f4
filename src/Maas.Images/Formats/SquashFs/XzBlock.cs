using Maas.Images.Primitives;
using SharpCompress.Compressors.LZMA;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// A block as an .xz file of one stream and one block (.xz format 1.1.0). The library has an LZMA coder and no LZMA2: here its output is
/// framed in LZMA2 chunks, each encoded with the preceding bytes as its dictionary.
/// <code>
/// chunk: 01 or 02 (02 unless first) length-1:16 bytes as they are E0 or C0 | (length-1)>>16 length-1:16 packed-1:16 5D packed bytes
/// </code>
/// </summary>
internal static class XzBlock
{
    // So short that not even bytes that get longer exceed the 64 KiB of a chunk.
    private const int ChunkSize = 56 << 10;
    private const byte Properties = 0x5D; // lc 3, lp 0, pb 2

    /// <summary>Packs a block; returns the packed length, or 0 if there is not room for it.</summary>
    public static int Pack(ReadOnlySpan<byte> block, Memory<byte> room)
    {
        using var xz = new FixedBufferStream(room);
        xz.Write([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);
        WithChecksum(xz, [0, 1]); // the check is CRC-32
        var start = xz.Position;
        WithChecksum(xz, [2, 0, 0x21, 1, DictionarySize(block.Length), 0, 0, 0]); // header of 12 bytes, one filter: LZMA2
        for (var at = 0; at < block.Length; at += ChunkSize) WriteChunk(xz, block, at, Math.Min(ChunkSize, block.Length - at));
        xz.WriteByte(0);
        var unpadded = xz.Position - start + 4;
        Pad(xz, start);
        WriteUInt32(xz, Checksums.Crc32(block));

        var index = new List<byte> { 0, 1 };
        AddNumber(index, unpadded);
        AddNumber(index, block.Length);
        while (index.Count % 4 != 0) index.Add(0);
        WithChecksum(xz, [.. index]);
        Span<byte> footer = stackalloc byte[6];
        footer.U32(0, (uint)(((index.Count + 4) / 4) - 1));
        (footer[4], footer[5]) = (0, 1);
        WriteUInt32(xz, Checksums.Crc32(footer));
        xz.Write(footer);
        xz.Write("YZ"u8);
        return xz.LengthInRoom;
    }

    private static void WriteChunk(FixedBufferStream xz, ReadOnlySpan<byte> block, int at, int length)
    {
        var packed = Encode(block[..at], block.Slice(at, length));
        Span<byte> head = stackalloc byte[6];
        head.U16Big(1, (ushort)(length - 1));
        if (packed.Length >= length)
        {
            head[0] = (byte)(at == 0 ? 1 : 2);
            xz.Write(head[..3]);
            xz.Write(block.Slice(at, length));
            return;
        }

        head[0] = (byte)(at == 0 ? 0xE0 : 0xC0);
        head.U16Big(3, (ushort)(packed.Length - 1));
        head[5] = Properties;
        xz.Write(head);
        xz.Write(packed);
    }

    private static byte[] Encode(ReadOnlySpan<byte> before, ReadOnlySpan<byte> bytes)
    {
        var packed = new MemoryStream();
        var dictionary = before.IsEmpty ? null : new MemoryStream(before.ToArray());
        using (var encoder = LzmaStream.Create(new LzmaEncoderProperties(eos: false, dictionary: 1 << 20), false, dictionary, packed))
            encoder.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>The smallest dictionary that holds the block: 2 or 3, shifted (xz format, 5.3.1).</summary>
    private static byte DictionarySize(int length)
    {
        byte bits = 0;
        while ((2L | (bits & 1u)) << ((bits / 2) + 11) < length) bits++;
        return bits;
    }

    private static void WithChecksum(FixedBufferStream xz, ReadOnlySpan<byte> bytes)
    {
        xz.Write(bytes);
        WriteUInt32(xz, Checksums.Crc32(bytes));
    }

    private static void WriteUInt32(FixedBufferStream xz, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        bytes.U32(0, value);
        xz.Write(bytes);
    }

    private static void Pad(FixedBufferStream xz, long start)
    {
        while ((xz.Position - start) % 4 != 0) xz.WriteByte(0);
    }

    private static void AddNumber(List<byte> bytes, long value)
    {
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
