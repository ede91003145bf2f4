using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Ext;

/// <summary>The positions of an inode's content, from the extent tree or the indirect map.</summary>
internal sealed class ExtBlockMap(RandomAccessSource volume, ExtSuperblock super)
{
    /// <summary>As extents in bytes; what has no blocks, or was not written yet, is left out.</summary>
    public List<Extent> Read(ExtInode inode)
    {
        var size = (long)super.BlockSize;
        return
        [
            .. ReadMapping(inode).Runs.Where(run => run.Written)
                .Select(run => new Extent(run.Logical * size, run.Count * size, run.Physical * size))
        ];
    }

    /// <summary>As blocks, with those of the map itself.</summary>
    public ExtMapping ReadMapping(ExtInode inode)
    {
        var mapping = new ExtMapping(super);
        if (inode.Has(ExtInode.UsesExtents)) new ExtExtentTree(volume, super, inode, mapping).Read();
        else new ExtIndirectMap(volume, super, inode, mapping).Read();
        return mapping;
    }
}
