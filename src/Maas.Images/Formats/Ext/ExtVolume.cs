using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// A file system under change: its blocks, superblock and group descriptors, and what must agree between them at the end.
/// </summary>
internal sealed class ExtVolume
{
    /// <summary>Bytes of changes after which long work lets them through.</summary>
    public const long MostChanged = 4 << 20;

    private readonly ExtGroups _groups;
    private readonly HashSet<int> _changed = [];

    public ExtVolume(WritableBytes bytes)
    {
        Super = ExtSuperblock.Read(bytes);
        Blocks = new ExtBlocks(bytes, Super.BlockSize);
        _groups = new ExtGroups(Blocks, Super);
    }

    public ExtBlocks Blocks { get; }

    public ExtSuperblock Super { get; }

    /// <summary>
    /// Blocks given back since the file system was opened, and not one fewer after changes were dropped: the file system as it was still
    /// has something in them.
    /// </summary>
    public BlockSet Released { get; } = new();

    /// <summary>Whether groups have checksums, and with them parts that are not initialised yet.</summary>
    public bool HasLazyGroups => Super.HasChecksums || Super.Has(ExtReadOnlyCompat.GroupChecksums);

    /// <summary>A group's descriptor, to be looked at.</summary>
    public ExtGroupDescriptor Peek(int group)
    {
        var (block, within) = Math.DivRem(_groups.OffsetOf(group), Super.BlockSize);
        return new ExtGroupDescriptor(Blocks.Peek(block).Slice((int)within, Super.DescriptorSize));
    }

    /// <summary>A group's descriptor, to be changed.</summary>
    public ExtGroupDescriptorEdit Edit(int group)
    {
        _changed.Add(group);
        var (block, within) = Math.DivRem(_groups.OffsetOf(group), Super.BlockSize);
        return new ExtGroupDescriptorEdit(Blocks.Edit(block).Slice((int)within, Super.DescriptorSize));
    }

    /// <summary>Where a group's inodes are, whether or not its descriptor has a true checksum at the moment.</summary>
    public long InodeTable(int group) => Peek(group).InodeTable is > 0 and var table && table < Super.BlockCount
        ? table
        : throw new InvalidImageException("ext group descriptor", $"group {group} has its inode table outside the file system");

    public int GroupOf(long block) => (int)((block - Super.FirstDataBlock) / Super.BlocksPerGroup);

    public long FirstBlockOf(int group) => Super.FirstDataBlock + ((long)group * Super.BlocksPerGroup);

    public int BlocksIn(int group) => (int)Math.Min(Super.BlocksPerGroup, Super.BlockCount - FirstBlockOf(group));

    /// <summary>Makes the checksums of the superblock and of what was changed in groups true, and lets all changes through.</summary>
    public void Flush()
    {
        foreach (var group in _changed) Edit(group).SetChecksum(Super, group);
        _changed.Clear();
        Super.SetChecksum();
        Blocks.Write(ExtSuperblock.Offset, Super.Raw);
        Blocks.Flush();
    }

    /// <summary>Forgets all changes.</summary>
    public void Drop()
    {
        _changed.Clear();
        Blocks.Drop();
        Blocks.ReadExactly(ExtSuperblock.Offset, Super.Raw, "ext superblock");
    }
}
