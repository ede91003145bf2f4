namespace Maas.Images.Formats.Ext;

/// <summary>
/// The metadata at the start of a group: a copy of the superblock and the descriptors where "sparse super" says so, with blocks reserved
/// for more descriptors; with "meta groups" one block of descriptors in the first, second and last group of those it describes.
/// </summary>
internal static class ExtGroupLayout
{
    public static int DescriptorsPerBlock(ExtSuperblock super) => super.BlockSize / super.DescriptorSize;

    /// <summary>Blocks of descriptors after the superblock, without those reserved.</summary>
    public static int DescriptorBlocks(ExtSuperblock super)
    {
        var all = (super.GroupCount + DescriptorsPerBlock(super) - 1) / DescriptorsPerBlock(super);
        return super.Has(ExtIncompat.MetaBlockGroups) ? (int)Math.Min(all, super.FirstMetaGroup) : all;
    }

    /// <summary>Whether a group's descriptor block is in a meta group.</summary>
    public static bool IsInMetaGroup(ExtSuperblock super, int group) =>
        super.Has(ExtIncompat.MetaBlockGroups) && group / DescriptorsPerBlock(super) >= super.FirstMetaGroup;

    /// <summary>Blocks at the start of a group that are not its own bitmaps, inodes or content.</summary>
    public static int HeadBlocks(ExtSuperblock super, int group)
    {
        var copy = super.GroupHasSuperblock(group) ? 1 : 0;
        if (IsInMetaGroup(super, group))
        {
            var within = group % DescriptorsPerBlock(super);
            return copy + (within is 0 or 1 || within == DescriptorsPerBlock(super) - 1 ? 1 : 0);
        }

        return copy == 0 ? 0 : 1 + DescriptorBlocks(super) + super.ReservedDescriptorBlocks;
    }

    public static int InodeTableBlocks(ExtSuperblock super) =>
        (int)(((super.InodesPerGroup * (long)super.InodeSize) + super.BlockSize - 1) / super.BlockSize);

    /// <summary>The block bitmap of a group that holds nothing but what belongs to it.</summary>
    public static void FillBlockBitmap(ExtVolume volume, int group, Span<byte> bits)
    {
        var super = volume.Super;
        var descriptor = volume.Peek(group);
        var first = volume.FirstBlockOf(group);
        var blocks = volume.BlocksIn(group);
        ExtBitmap.Set(bits, 0, HeadBlocks(super, group));
        SetOwn(bits, descriptor.BlockBitmap - first, 1, blocks);
        SetOwn(bits, descriptor.InodeBitmap - first, 1, blocks);
        SetOwn(bits, descriptor.InodeTable - first, InodeTableBlocks(super), blocks);
        ExtBitmap.Set(bits, blocks, (super.BlockSize * 8) - blocks);
    }

    private static void SetOwn(Span<byte> bits, long at, int count, int blocks)
    {
        for (var i = Math.Max(at, 0); i < at + count && i < blocks; i++) ExtBitmap.Set(bits, (int)i);
    }
}
