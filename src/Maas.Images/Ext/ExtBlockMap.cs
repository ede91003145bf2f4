using Maas.Images.Bytes;

namespace Maas.Images.Ext;

/// <summary>Where an inode's content stands, as extents in bytes, by whichever of the two maps it has.</summary>
internal sealed class ExtBlockMap(ImageBytes volume, ExtSuperblock super)
{
    /// <summary>More pieces than any real file has; it bounds the memory that a hostile map can cost.</summary>
    public const int MostExtents = 4 << 20;

    public List<Extent> Read(ExtInode inode)
    {
        var extents = new List<Extent>();
        if (inode.Has(ExtInode.UsesExtents)) new ExtExtentTree(volume, super, inode).ReadInto(extents);
        else new ExtIndirectMap(volume, super, inode).ReadInto(extents);
        return extents;
    }

    /// <summary>Adds a stretch of blocks, joined to the one before where they touch.</summary>
    public static void Add(List<Extent> extents, ExtSuperblock super, long logical, long count, long physical, long offset)
    {
        if (physical != Extent.Hole && (physical <= 0 || physical > super.BlockCount - count))
            throw new InvalidImageException("ext block map", $"blocks {physical} to {physical + count - 1} are not in the file system", offset);
        var size = (long)super.BlockSize;
        var source = physical == Extent.Hole ? Extent.Hole : physical * size;
        if (extents.Count > 0 && extents[^1] is var before && before.End == logical * size && Touches(before, source))
        {
            extents[^1] = before with { Length = before.Length + (count * size) };
            return;
        }

        if (extents.Count == MostExtents) throw new InvalidImageException("ext block map", $"a file has more than {MostExtents} pieces", offset);
        extents.Add(new Extent(logical * size, count * size, source));
    }

    private static bool Touches(Extent before, long source) =>
        source == Extent.Hole ? before.Source == Extent.Hole : before.Source != Extent.Hole && before.Source + before.Length == source;
}
