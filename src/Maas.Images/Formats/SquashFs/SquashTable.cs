using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>A table of equal entries: a list of 64-bit positions of metadata blocks, each full of entries.</summary>
internal sealed class SquashTable(RandomAccessSource image, SquashMetadata metadata, long list, long count, int entrySize, string structure)
{
    private readonly int _perBlock = SquashMetadata.BlockSize / entrySize;

    public ReadOnlySpan<byte> Entry(long index)
    {
        if (index < 0 || index >= count) throw new InvalidImageException(structure, $"there is no entry {index} of {count}", list);
        Span<byte> pointer = stackalloc byte[8];
        image.ReadExactly(list + (index / _perBlock * 8), pointer, structure);
        var position = ((ReadOnlySpan<byte>)pointer).U64(0);
        if (position >= (ulong)image.Length) throw new InvalidImageException(structure, $"a part of it is said to be at {position}", list);
        var block = metadata.Block((long)position);
        var at = (int)(index % _perBlock) * entrySize;
        return at + entrySize <= block.Length
            ? block.AsSpan(at, entrySize)
            : throw new InvalidImageException(structure, "a part of it is too short", (long)position);
    }
}
