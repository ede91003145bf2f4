using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>Data blocks and fragments of one squashfs.</summary>
internal sealed class SquashReader
{
    private readonly RandomAccessSource _image;
    private readonly SquashSuperblock _super;
    private readonly SquashTable _fragments;
    private readonly UnpackedBlocks _fragmentBlocks;

    public SquashReader(RandomAccessSource image, SquashSuperblock super, SquashMetadata metadata)
    {
        (_image, _super) = (image, super);
        _fragments = new SquashTable(
            image, metadata, super.FragmentTable, super.FragmentTable < 0 ? 0 : super.FragmentCount, 16, "squashfs fragment table");
        _fragmentBlocks = new UnpackedBlocks(Math.Max(4, (1 << 20) / super.BlockSize), super.BlockSize, ReadFragment);
    }

    public int BlockSize => _super.BlockSize;

    /// <summary>Unpacks a block that must fill the room exactly.</summary>
    public void Unpack(long at, uint size, Span<byte> room)
    {
        var length = UnpackSome(at, size, room);
        if (length != room.Length) throw new InvalidImageException("squashfs block", $"it holds {length} bytes, not {room.Length}", at);
    }

    public void Fragment(uint index, int offset, Span<byte> part)
    {
        if (!_fragmentBlocks.TryRead(index, offset, part))
            throw new InvalidImageException("squashfs fragment", $"number {index} has fewer than {offset + (long)part.Length} bytes");
    }

    private int ReadFragment(long index, Memory<byte> room)
    {
        var entry = _fragments.Entry(index);
        return UnpackSome((long)Math.Min(entry.U64(0), long.MaxValue), entry.U32(8), room.Span);
    }

    private int UnpackSome(long at, uint size, Span<byte> room)
    {
        var packed = size & ~SquashFileBytes.StoredBit;
        if (packed == 0 || packed > BlockSize) throw new InvalidImageException("squashfs block", $"it is {packed} bytes long", at);
        if ((size & SquashFileBytes.StoredBit) == 0)
            return SquashDecoder.Unpack(_super.Compression, _image, at, (int)packed, room, "squashfs block");
        if (packed > room.Length) throw new InvalidImageException("squashfs block", $"it holds {packed} bytes, not {room.Length}", at);
        _image.ReadExactly(at, room[..(int)packed], "squashfs block");
        return (int)packed;
    }
}
