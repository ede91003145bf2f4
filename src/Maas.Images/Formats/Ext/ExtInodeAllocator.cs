using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>Takes and gives back inode numbers.</summary>
internal sealed class ExtInodeAllocator(ExtVolume volume, ExtBlockAllocator blocks)
{
    private const string Structure = "ext inode bitmap";

    private ExtSuperblock Super => volume.Super;

    private int PerGroup => (int)Super.InodesPerGroup;

    /// <summary>Takes the first free number, in the group of another if there is one.</summary>
    /// <exception cref="IOException">All inodes are used.</exception>
    public uint Allocate(uint near, bool directory)
    {
        var first = (int)((near - 1) / Super.InodesPerGroup);
        for (var i = 0; i < Super.GroupCount; i++)
        {
            var group = (first + i) % Super.GroupCount;
            if (volume.Peek(group).FreeInodes == 0) continue;
            var bits = Bitmap(group);
            // the reserved ones may fill more than a group
            var at = ExtBitmap.FirstClear(bits, (int)Math.Clamp(Super.FirstInode - 1L - ((long)group * PerGroup), 0, PerGroup), PerGroup);
            if (at == PerGroup) continue;
            Take(group, at, directory);
            return (uint)(((long)group * PerGroup) + at + 1);
        }

        throw new IOException("The file system has no inode left.");
    }

    /// <summary>Marks a number as taken.</summary>
    public void Take(int group, int at, bool directory)
    {
        var bits = Bitmap(group);
        ExtBitmap.Set(bits, at);
        _ = blocks.Bitmap(group, out _); // a group with inodes has a block bitmap
        var edit = volume.Edit(group);
        if (volume.HasLazyGroups) edit.UnusedInodes = Math.Min(edit.Values.UnusedInodes, PerGroup - at - 1);
        Count(group, -1, directory ? 1 : 0, bits);
    }

    public void Free(uint number, bool directory)
    {
        var (group, at) = ((int)((number - 1) / Super.InodesPerGroup), (int)((number - 1) % Super.InodesPerGroup));
        var bits = Bitmap(group);
        if (!ExtBitmap.Has(bits, at)) throw new InvalidImageException(Structure, $"inode {number} is used and marked as free");
        ExtBitmap.Clear(bits, at);
        Count(group, 1, directory ? -1 : 0, bits);
    }

    private Span<byte> Bitmap(int group)
    {
        var descriptor = volume.Peek(group);
        var block = descriptor.InodeBitmap;
        if (block <= 0 || block >= Super.BlockCount)
            throw new InvalidImageException("ext group descriptor", $"group {group} has its inode bitmap at block {block}");
        if (!volume.HasLazyGroups || (descriptor.Flags & ExtGroupDescriptor.InodesUninitialized) == 0) return volume.Blocks.Edit(block);
        var bits = volume.Blocks.Fill(block);
        ExtBitmap.Set(bits, PerGroup, (Super.BlockSize * 8) - PerGroup);
        var edit = volume.Edit(group);
        edit.Flags = (ushort)(descriptor.Flags & ~ExtGroupDescriptor.InodesUninitialized);
        return bits;
    }

    private void Count(int group, int freed, int directories, ReadOnlySpan<byte> bits)
    {
        var edit = volume.Edit(group);
        edit.FreeInodes = edit.Values.FreeInodes + freed;
        edit.Directories = edit.Values.Directories + directories;
        Super.FreeInodes = (uint)(Super.FreeInodes + freed);
        if (Super.HasChecksums) edit.InodeBitmapChecksum = Checksums.Crc32C(Super.ChecksumSeed, bits[..(PerGroup / 8)]);
    }
}
