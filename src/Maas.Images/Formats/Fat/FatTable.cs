using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Fat;

/// <summary>The chains of clusters in the first FAT, entries of 12, 16 or 28 of 32 bits.</summary>
internal sealed class FatTable(RandomAccessSource volume, FatGeometry geometry)
{
    private const int BlockSize = 12 * 1024; // holds whole entries of each width

    private readonly BlockCache _blocks = new(64, key => volume.Read(
        geometry.FatOffset + (key * BlockSize), (int)Math.Min(BlockSize, geometry.FatLength - (key * BlockSize)), "FAT"));

    /// <summary>What follows a cluster: the next, or the end (<paramref name="last"/>).</summary>
    public uint Next(uint cluster, out bool last)
    {
        var next = Entry(cluster);
        last = next >= geometry.EndOfChain;
        if (!last && !geometry.IsCluster(next))
            throw new InvalidImageException(
                "FAT", $"cluster {cluster} is followed by {next}", geometry.FatOffset + ((long)cluster * geometry.Bits / 8));
        return next;
    }

    public uint Entry(uint cluster)
    {
        var at = (long)cluster * geometry.Bits / 8;
        if (geometry.Bits != 12)
        {
            ReadOnlySpan<byte> block = _blocks.Get(at / BlockSize);
            var within = (int)(at % BlockSize);
            return geometry.Bits == 16 ? block.U16(within) : block.U32(within) & 0x0FFF_FFFF;
        }

        var pair = _blocks.Get(at / BlockSize)[at % BlockSize] | (_blocks.Get((at + 1) / BlockSize)[(at + 1) % BlockSize] << 8);
        return (uint)((cluster & 1) == 0 ? pair & 0xFFF : pair >> 4);
    }

    /// <summary>
    /// The stretches of a chain, neighbours joined. A chain that is shorter than its file is damage; one that is longer is not
    /// followed further. A loop cannot matter: never more clusters are taken than the volume has.
    /// </summary>
    /// <param name="first">The first cluster.</param>
    /// <param name="length">Bytes of the file; null for a directory, which ends with its chain.</param>
    /// <param name="mostLength">Bytes a directory may have.</param>
    public List<Extent> Chain(uint first, long? length, long mostLength)
    {
        var extents = new List<Extent>();
        var size = geometry.ClusterSize;
        var wanted = length is { } bytes ? (bytes + size - 1) / size : mostLength / size;
        if (wanted > geometry.ClusterCount && length is not null)
            throw new InvalidImageException("FAT directory entry", $"a file of {length} bytes is larger than its volume");
        var cluster = first;
        for (long taken = 0; taken < wanted; taken++)
        {
            if (!geometry.IsCluster(cluster))
                throw new InvalidImageException("FAT chain", $"it begins at cluster {cluster}", geometry.FatOffset);
            var at = geometry.OffsetOf(cluster);
            if (extents.Count > 0 && extents[^1] is var before && before.Source + before.Length == at)
                extents[^1] = before with { Length = before.Length + size };
            else extents.Add(new Extent(taken * size, size, at));

            cluster = Next(cluster, out var last);
            if (!last) continue;
            if (taken + 1 < wanted && length is not null)
                throw new InvalidImageException("FAT chain", $"it ends after {(taken + 1) * size} of {length} bytes", at);
            return extents;
        }

        if (length is null)
            throw new InvalidImageException("FAT directory", $"it is longer than {mostLength} bytes or a loop", geometry.FatOffset);
        return extents;
    }
}
