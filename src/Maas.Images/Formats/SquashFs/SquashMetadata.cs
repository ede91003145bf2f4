using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// Metadata blocks: a 16-bit length (bit 15: stored as it is), then up to 8 KiB unpacked. Tables run on from block to block.
/// </summary>
internal sealed class SquashMetadata
{
    public const int BlockSize = 8192;
    private const int Stored = 0x8000;
    private const string Structure = "squashfs metadata block";

    private readonly RandomAccessSource _image;
    private readonly SquashCompression _compression;
    private readonly BlockCache _blocks;

    public SquashMetadata(RandomAccessSource image, SquashCompression compression)
    {
        (_image, _compression) = (image, compression);
        _blocks = new BlockCache(64, Unpack);
    }

    /// <summary>A place in a table to read on from.</summary>
    public SquashCursor At(long table, ulong reference) => At(table + (long)(reference >> 16), (int)(reference & 0xFFFF));

    public SquashCursor At(long block, int offset) => new(this, block, offset);

    public byte[] Block(long at) => _blocks.Get(at);

    public long After(long at)
    {
        Span<byte> header = stackalloc byte[2];
        _image.ReadExactly(at, header, Structure);
        return at + 2 + (((ReadOnlySpan<byte>)header).U16(0) & ~Stored);
    }

    private byte[] Unpack(long at)
    {
        Span<byte> header = stackalloc byte[2];
        _image.ReadExactly(at, header, Structure);
        var length = ((ReadOnlySpan<byte>)header).U16(0);
        var size = length & ~Stored;
        if (size is 0 or > BlockSize) throw new InvalidImageException(Structure, $"its length is {size}", at);
        if ((length & Stored) != 0) return _image.Read(at + 2, size, Structure);
        var block = new byte[BlockSize];
        return block[..SquashDecoder.Unpack(_compression, _image, at + 2, size, block, Structure)];
    }
}

/// <summary>Reads on through metadata blocks.</summary>
internal struct SquashCursor(SquashMetadata metadata, long block, int offset)
{
    private long _block = block;
    private int _offset = offset;

    public byte[] Take(int length)
    {
        var taken = new byte[length];
        for (var done = 0; done < length;)
        {
            var bytes = metadata.Block(_block);
            if (_offset > bytes.Length)
                throw new InvalidImageException(
                    "squashfs metadata block", $"a reference points to byte {_offset} of {bytes.Length}", _block);
            if (_offset == bytes.Length)
            {
                (_block, _offset) = (metadata.After(_block), 0);
                continue;
            }

            var part = Math.Min(length - done, bytes.Length - _offset);
            bytes.AsSpan(_offset, part).CopyTo(taken.AsSpan(done));
            done += part;
            _offset += part;
        }

        return taken;
    }
}
