using Maas.Images.Primitives;
using Field = Maas.Images.Formats.Ext.ExtSuperblockField;

namespace Maas.Images.Formats.Ext;

/// <summary>Makes groups: descriptor, bitmaps, and an inode table of zeros, each in its group; and the copies in other groups.</summary>
/// <param name="volume">The file system; its superblock already counts the blocks of the groups.</param>
/// <param name="onZeros">Whether the blocks are known to hold zeros, so that inode tables need not be written.</param>
internal sealed class ExtNewGroups(ExtVolume volume, bool onZeros)
{
    /// <summary>What a group has beside its head, bitmaps and inodes, lest it is not worth having.</summary>
    public const int LeastContent = 50;

    private readonly ExtBlockAllocator _blocks = new(volume);

    private ExtSuperblock Super => volume.Super;

    /// <summary>How many blocks a file system has that fits in so many: a last group with no room for content is left out.</summary>
    public static long UsableBlocks(ExtSuperblock super, long blocks)
    {
        var last = (blocks - super.FirstDataBlock) % super.BlocksPerGroup;
        var group = (int)((blocks - super.FirstDataBlock) / super.BlocksPerGroup);
        var least =
            1 + ExtGroupLayout.DescriptorBlocks(super) + super.ReservedDescriptorBlocks + 3 + ExtGroupLayout.InodeTableBlocks(super)
                + LeastContent;
        return last > 0 && group > 0 && last < least ? blocks - last : blocks;
    }

    public void Add(int group)
    {
        var first = volume.FirstBlockOf(group);
        var head = ExtGroupLayout.HeadBlocks(Super, group);
        var table = ExtGroupLayout.InodeTableBlocks(Super);
        var free = volume.BlocksIn(group) - head - 2 - table;
        var edit = volume.Edit(group);
        edit.BlockBitmap = first + head;
        edit.InodeBitmap = first + head + 1;
        edit.InodeTable = first + head + 2;
        edit.FreeBlocks = free;
        edit.FreeInodes = (int)Super.InodesPerGroup;
        edit.Directories = 0;
        edit.UnusedInodes = volume.HasLazyGroups ? (int)Super.InodesPerGroup : 0;
        edit.Flags = volume.HasLazyGroups
            ? (ushort)(ExtGroupDescriptor.InodesUninitialized | (onZeros ? ExtGroupDescriptor.InodesZeroed : 0))
            : (ushort)0;

        var bits = volume.Blocks.Fill(first + head);
        ExtGroupLayout.FillBlockBitmap(volume, group, bits);
        _blocks.SetChecksum(group, bits);
        var inodes = volume.Blocks.Fill(first + head + 1);
        ExtBitmap.Set(inodes, (int)Super.InodesPerGroup, (Super.BlockSize * 8) - (int)Super.InodesPerGroup);
        if (Super.HasChecksums) edit.InodeBitmapChecksum = Checksums.Crc32C(Super.ChecksumSeed, inodes[..(int)(Super.InodesPerGroup / 8)]);
        if (!volume.HasLazyGroups && !onZeros) Clear(first + head + 2, table);
        Super.FreeBlocks += free;
        Super.FreeInodes += Super.InodesPerGroup;
    }

    /// <summary>Copies the superblock and the descriptors, which are true and let through, into the groups that keep copies.</summary>
    public void WriteCopies()
    {
        var behind = ExtGroupLayout.DescriptorBlocks(Super);
        for (var group = 1; group < Super.GroupCount; group++)
        {
            if (!Super.GroupHasSuperblock(group)) continue;
            var first = volume.FirstBlockOf(group);
            WriteSuperblock(first, group);
            if (ExtGroupLayout.IsInMetaGroup(Super, group)) continue;
            for (var i = 0; i < behind; i++) Copy(Super.FirstDataBlock + 1 + i, first + 1 + i);
        }

        if (Super.Has(ExtIncompat.MetaBlockGroups)) WriteMetaCopies();
        volume.Blocks.Flush();
    }

    private void WriteSuperblock(long first, int group)
    {
        var copy = Super.Raw.ToArray();
        copy.AsSpan().U16(90, (ushort)group);
        if (Super.HasChecksums) copy.AsSpan().U32(Field.Checksum, Checksums.Crc32C(uint.MaxValue, copy.AsSpan(0, Field.Checksum)));
        copy.CopyTo(volume.Blocks.Fill(first));
    }

    private void WriteMetaCopies()
    {
        var perBlock = ExtGroupLayout.DescriptorsPerBlock(Super);
        for (var start = (int)Super.FirstMetaGroup * perBlock; start < Super.GroupCount; start += perBlock)
            foreach (var group in (ReadOnlySpan<int>)[start + 1, start + perBlock - 1])
                if (group < Super.GroupCount) Copy(DescriptorBlock(start), DescriptorBlock(group));
    }

    private long DescriptorBlock(int group) => volume.FirstBlockOf(group) + (Super.GroupHasSuperblock(group) ? 1 : 0);

    private void Copy(long from, long to)
    {
        var content = volume.Blocks.Peek(from).ToArray();
        content.CopyTo(volume.Blocks.Fill(to));
    }

    private void Clear(long start, int count)
    {
        var zeros = new byte[Super.BlockSize];
        for (var i = 0; i < count; i++) volume.Blocks.WriteThrough(start + i, zeros, isUnused: false);
    }
}
