using Maas.Images.ByteSources;
using Maas.Images.Primitives;
using Field = Maas.Images.Formats.Ext.ExtSuperblockField;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// Makes a file system fill a larger place: the last group first, then new ones, with descriptors in the blocks reserved for them.
/// </summary>
internal static class ExtGrowth
{
    /// <summary>Grows to what the bytes have room for; nothing happens where there is no more.</summary>
    /// <exception cref="NotSupportedException">The descriptors have no room to grow, or the layout is one not grown here.</exception>
    public static void Grow(WritableBytes bytes, TimeProvider timeProvider)
    {
        var volume = ExtRecovery.OpenVolume(bytes, timeProvider);
        var super = volume.Super;
        var blocks = ExtNewGroups.UsableBlocks(super, bytes.Length / super.BlockSize);
        if (blocks <= super.BlockCount) return;
        if (super.Has(ExtCompat.SparseSuper2)) throw new NotSupportedException("A file system with sparse_super2 is not grown here.");
        if (!super.Has(ExtIncompat.Bit64) && blocks > uint.MaxValue)
            throw new NotSupportedException($"Without 64bit the file system has at most {uint.MaxValue} blocks.");
        var groups = (blocks - super.FirstDataBlock + super.BlocksPerGroup - 1) / super.BlocksPerGroup;
        if (groups * super.InodesPerGroup > uint.MaxValue)
            throw new NotSupportedException("The file system would have more inodes than it can number.");

        var (oldBlocks, oldGroups) = (super.BlockCount, super.GroupCount);
        var allocator = new ExtBlockAllocator(volume);
        _ = allocator.Bitmap(oldGroups - 1, out _); // made, if it must be, while the group still is what it is
        TakeReserved(super, groups);
        super.SetWide(8, 340, (long)((UInt128)super.ReservedBlocks * (ulong)blocks / (ulong)oldBlocks));
        super.SetWide(4, 336, blocks);
        super.Raw.AsSpan().U32(Field.InodeCount, (uint)(groups * super.InodesPerGroup));
        super.Raw.AsSpan().U32(Field.OverheadBlocks, 0); // the overhead, which is computed again when it is 0
        var rest = Math.Min(volume.FirstBlockOf(oldGroups), blocks) - oldBlocks;
        if (rest > 0) allocator.Free(oldBlocks, rest);
        var added = new ExtNewGroups(volume, onZeros: false);
        for (var group = oldGroups; group < super.GroupCount; group++)
        {
            added.Add(group);
            if (volume.Blocks.Changed > ExtVolume.MostChanged) volume.Flush();
        }

        volume.Flush();
        if (super.Has(ExtCompat.ResizeInode))
        {
            var inodes = new ExtInodeWriter(volume, timeProvider);
            ExtResizeInode.Write(volume, inodes, inodes.Read(ExtResizeInode.Number));
            volume.Flush();
        }

        added.WriteCopies();
    }

    private static void TakeReserved(ExtSuperblock super, long groups)
    {
        if (super.Has(ExtIncompat.MetaBlockGroups)) return;
        var perBlock = ExtGroupLayout.DescriptorsPerBlock(super);
        var needed = ((groups + perBlock - 1) / perBlock) - ExtGroupLayout.DescriptorBlocks(super);
        if (needed > super.ReservedDescriptorBlocks)
        {
            var most =
                (long)(ExtGroupLayout.DescriptorBlocks(super)
                    + super.ReservedDescriptorBlocks) * perBlock * super.BlocksPerGroup * super.BlockSize;
            throw new NotSupportedException($"The file system has room for the descriptors of at most {most} bytes (reserved GDT " +
                "blocks), and can only be grown to that.");
        }

        super.ReservedDescriptorBlocks -= (int)needed;
    }
}
