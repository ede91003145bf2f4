using System.IO.Compression;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// A file that zisofs compressed block by block:
/// <code>0 37 E4 53 96 C9 DB D6 07 8 length:32 12 header / 4 13 log2 of a block (15 to 17) then pointers:32 to each block and behind the
/// last</code>
/// A block is zlib data; one of no bytes is zeros.
/// </summary>
internal sealed class ZisofsBytes : RandomAccessSource
{
    private const string Structure = "zisofs file";
    private const int HeaderSize = 16;

    private readonly RandomAccessSource _packed;
    private readonly int _blockSize;
    private readonly BlockCache _blocks;

    public ZisofsBytes(RandomAccessSource packed)
    {
        ReadOnlySpan<byte> head = packed.Read(0, HeaderSize, Structure);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0x22, 0x55, 0xA1, 0xBC, 0x1B, 0x95, 0xA0]))
            throw new InvalidImageException(Structure, "version 2 of zisofs is not read here", 0);
        if (!head.StartsWith((ReadOnlySpan<byte>)[0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 0x07]))
            throw new InvalidImageException(Structure, "its signature is missing", 0);
        if (head[12] != HeaderSize / 4 || head[13] is < 15 or > 17)
            throw new InvalidImageException(Structure, $"a header of {head[12]} words and blocks of 2^{head[13]} bytes", 12);
        (_packed, Length, _blockSize) = (packed, head.U32(8), 1 << head[13]);
        _blocks = new BlockCache(4, Unpack);
    }

    public override long Length { get; }

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        for (var done = 0; done < buffer.Length;)
        {
            var (index, within) = Math.DivRem(offset + done, _blockSize);
            var block = _blocks.Get(index).AsSpan((int)within);
            var part = Math.Min(block.Length, buffer.Length - done);
            block[..part].CopyTo(buffer[done..]);
            done += part;
        }

        return buffer.Length;
    }

    private byte[] Unpack(long index)
    {
        ReadOnlySpan<byte> pointers = _packed.Read(HeaderSize + (index * 4), 8, Structure);
        var (start, end) = (pointers.U32(0), pointers.U32(4));
        var block = new byte[Math.Min(_blockSize, Length - (index * _blockSize))];
        if (start == end) return block;
        if (end < start || end - start > 2 * _blockSize)
            throw new InvalidImageException(Structure, $"block {index} goes from {start} to {end}", HeaderSize + (index * 4));
        var packed = _packed.Read(start, (int)(end - start), Structure);
        try
        {
            using var decoder = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
            decoder.ReadExactly(block);
            return block;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException) // of memory; ZLibException is an IOException
        {
            throw new InvalidImageException(Structure, "it cannot be unpacked", start, fault);
        }
    }
}
