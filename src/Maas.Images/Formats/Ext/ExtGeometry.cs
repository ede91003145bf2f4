using Maas.Images.Primitives;
using Field = Maas.Images.Formats.Ext.ExtSuperblockField;

namespace Maas.Images.Formats.Ext;

/// <summary>What a new ext4 file system is like.</summary>
internal sealed record ExtGeometry(long Length, int BlockSize, long Files, string Label, Guid Uuid, DateTimeOffset CreatedAt)
{
    public const int InodeSize = 256;

    private const int DescriptorSize = 64;
    private const int BytesPerInode = 16 << 10;
    private const int GroupsToGrowBy = 1024;
    private const int ReservedPercent = 5;

    /// <summary>Blocks of journal, by the size of the file system as mke2fs chooses it.</summary>
    public static int JournalBlocks(long blocks) => blocks switch
    {
        < 2048 => 0,
        < 32768 => 1024,
        < 256 << 10 => 4096,
        < 512 << 10 => 8192,
        < 4096 << 10 => 16384,
        _ => 32768,
    };

    /// <summary>
    /// Blocks for what a tree brings, once the groups have their heads, bitmaps and inodes, and the journal, the root, lost+found and the
    /// resize inode's map are there. Below zero by what is missing where there are too few groups for the inodes.
    /// </summary>
    public long ContentBlocks()
    {
        var (blocks, perGroup) = (Length / BlockSize, 8L * BlockSize);
        long first = BlockSize == 1024 ? 1 : 0, mostInodes = perGroup;
        var groups = (blocks - first + perGroup - 1) / perGroup;
        var lastBlocks = blocks - first - ((groups - 1) * perGroup);
        var neededGroups = (Files + mostInodes - 1) / mostInodes;
        if (groups < neededGroups) return blocks - (first + ((neededGroups - 1) * perGroup) + 1);
        var table = ((InodesPerGroup(groups) * (long)InodeSize) + BlockSize - 1) / BlockSize;
        var head = 1 + (((groups * DescriptorSize) + BlockSize - 1) / BlockSize) + Reserved(groups);
        var least = head + 3 + table + ExtNewGroups.LeastContent;
        // A last group with no room for content is left out (ExtNewGroups), and its inodes with it.
        if (lastBlocks < least)
            return groups > neededGroups ? (this with { Length = (blocks - lastBlocks) * BlockSize }).ContentBlocks() : lastBlocks - least;
        var heads = Enumerable.Range(0, (int)groups).LongCount(HasCopy) * head;
        var journal = JournalBlocks(blocks) is var length and > 0 ? length + 2 : 0;
        const int own = 8; // the root's first block is counted with the tree; lost+found, the resize inode's map, and room for a map
        return blocks - first - heads - (groups * (2 + table)) - journal - own;
    }

    private static bool HasCopy(int group)
    {
        return group <= 1 || IsPower(group, 3) || IsPower(group, 5) || IsPower(group, 7);

        static bool IsPower(int number, int root)
        {
            while (number % root == 0) number /= root;
            return number == 1;
        }
    }

    /// <summary>The superblock; free blocks and inodes are counted as groups are made.</summary>
    public byte[] Superblock()
    {
        var raw = new byte[ExtSuperblock.Size];
        Span<byte> s = raw;
        var blocks = Length / BlockSize;
        uint first = BlockSize == 1024 ? 1u : 0, perGroup = 8u * (uint)BlockSize;
        var (time, groups) = ((uint)CreatedAt.ToUnixTimeSeconds(), (blocks - first + perGroup - 1) / perGroup);
        s.U32(Field.BlockCountLow, (uint)blocks);
        s.U32(Field.BlockCountHigh, (uint)(blocks >> 32));
        s.U32(Field.FirstDataBlock, first);
        s.U32(Field.LogBlockSize, (uint)System.Numerics.BitOperations.Log2((uint)BlockSize / 1024));
        s.U32(Field.LogClusterSize, (uint)System.Numerics.BitOperations.Log2((uint)BlockSize / 1024));
        s.U32(Field.BlocksPerGroup, perGroup);
        s.U32(Field.ClustersPerGroup, perGroup);
        s.U32(Field.InodesPerGroup, InodesPerGroup(groups));
        s.U32(Field.WriteTime, time);
        s.U16(Field.MaxMountCount, ushort.MaxValue);
        s.U16(Field.Magic, ExtSuperblock.Magic);
        s.U16(Field.State, 1);
        s.U16(Field.ErrorBehavior, 1);
        s.U32(Field.LastCheckTime, time);
        s.U32(Field.Revision, 1);
        s.U32(Field.FirstInode, 11);
        s.U16(Field.InodeSize, InodeSize);
        s.U32(Field.Compat, (uint)(ExtCompat.ExtAttr | ExtCompat.ResizeInode | ExtCompat.DirIndex));
        s.U32(Field.Incompat, (uint)(ExtIncompat.FileType | ExtIncompat.Extents | ExtIncompat.Bit64 | ExtIncompat.FlexibleGroups));
        s.U32(
            Field.ReadOnlyCompat,
            (uint)(ExtReadOnlyCompat.SparseSuper | ExtReadOnlyCompat.LargeFile | ExtReadOnlyCompat.HugeFile | ExtReadOnlyCompat.ManyLinks
            | ExtReadOnlyCompat.ExtraInodeSize | ExtReadOnlyCompat.MetadataChecksums));
        Uuid.TryWriteBytes(s[Field.Uuid..], bigEndian: true, out _);
        FileName.Encode(Label).CopyTo(s.Slice(Field.Label, 16));
        s.U16(Field.ReservedDescriptorBlocks, (ushort)Reserved(groups));
        // the seed of directory hashes: any number that others do not share
        Uuid.TryWriteBytes(s[Field.HashSeed..], bigEndian: false, out _);
        s[Field.HashVersion] = 1; // half MD4
        s.U16(Field.DescriptorSize, DescriptorSize);
        s.U32(Field.MountOptions, 0xC); // user_xattr, acl
        s.U32(Field.CreationTime, time);
        s.U16(Field.MinExtraInodeSize, 32);
        s.U16(Field.WantedExtraInodeSize, 32);
        s.U32(Field.Flags, 1); // names are hashed as signed bytes
        s[Field.LogGroupsPerFlexGroup] = 4;
        s[Field.ChecksumType] = 1; // CRC-32C
        var reserved = blocks * ReservedPercent / 100;
        s.U32(Field.ReservedBlockCountLow, (uint)reserved);
        s.U32(Field.ReservedBlockCountHigh, (uint)(reserved >> 32));
        s.U32(Field.InodeCount, (uint)(groups * InodesPerGroup(groups)));
        s.U32(Field.Checksum, Checksums.Crc32C(uint.MaxValue, s[..Field.Checksum]));
        return raw;
    }

    private uint InodesPerGroup(long groups)
    {
        var wanted = Math.Max(Math.Max(Length / BytesPerInode, Files), 16);
        var perBlock = Math.Max(BlockSize / InodeSize, 8);
        var each = (((wanted + groups - 1) / groups) + perBlock - 1) / perBlock * perBlock;
        return each <= 8L * BlockSize ? (uint)each : throw new ArgumentException($"{Files} files are too many for {Length} bytes.");
    }

    private int Reserved(long groups)
    {
        var perBlock = BlockSize / DescriptorSize;
        var now = (groups + perBlock - 1) / perBlock;
        var most = Math.Min(groups * GroupsToGrowBy, uint.MaxValue / (8L * BlockSize));
        return (int)Math.Clamp(((most + perBlock - 1) / perBlock) - now, 0, BlockSize / 4);
    }
}
