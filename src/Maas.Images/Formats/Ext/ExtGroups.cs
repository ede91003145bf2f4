using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// The group descriptors, which say where each group's bitmaps and inode table are.
/// <code>
/// 0 block bitmap  4 inode bitmap  8 inode table  12 free blocks  14 free inodes  16 directories  18 flags
/// 24 26 bitmaps' checksums  28 unused inodes  30 checksum     64 bytes: the same fields' high halves from 32
/// </code>
/// </summary>
internal sealed class ExtGroups(RandomAccessSource volume, ExtSuperblock super)
{
    private const string Structure = "ext group descriptor";

    private readonly BlockCache _blocks = new(16, at => volume.Read(at, super.BlockSize, Structure));

    /// <summary>Where a group's inode table begins, in blocks.</summary>
    public long InodeTable(int group)
    {
        var descriptor = Read(group);
        var table = descriptor.U32(8) | (super.DescriptorSize >= 64 ? (long)descriptor.U32(40) << 32 : 0);
        if (table <= 0 || table >= super.BlockCount)
            throw new InvalidImageException(Structure, $"group {group} has its inode table at block {table}", OffsetOf(group));
        return table;
    }

    /// <summary>A group's descriptor, its checksum verified where there is one.</summary>
    public ReadOnlySpan<byte> Read(int group)
    {
        var offset = OffsetOf(group);
        var within = (int)(offset % super.BlockSize);
        ReadOnlySpan<byte> descriptor = _blocks.Get(offset - within).AsSpan(within, super.DescriptorSize);
        if (super.HasChecksums && descriptor.U16(30) != Checksum(super, group, descriptor))
            throw new InvalidImageException(Structure, $"group {group}'s checksum does not match", offset);
        return descriptor;
    }

    /// <summary>The position of a group's descriptor: after the superblock, or with "meta groups" in the group it describes.</summary>
    public long OffsetOf(int group)
    {
        var perBlock = super.BlockSize / super.DescriptorSize;
        var metaGroup = group / perBlock;
        long block = (super.BlockSize == 1024 ? 2 : 1) + metaGroup; // also where clusters make 0 the first data block of 1 KiB
        if (super.Has(ExtIncompat.MetaBlockGroups) && metaGroup >= super.FirstMetaGroup)
        {
            var first = (long)metaGroup * perBlock;
            block = super.FirstDataBlock + (first * super.BlocksPerGroup) + (super.GroupHasSuperblock(first) ? 1 : 0);
        }

        return super.OffsetOfBlock(block) + (group % perBlock * super.DescriptorSize);
    }

    public static ushort Checksum(ExtSuperblock super, int group, ReadOnlySpan<byte> descriptor)
    {
        Span<byte> number = stackalloc byte[4];
        number.U32(0, (uint)group);
        return (ushort)Checksums.Crc32C(Checksums.Crc32C(super.ChecksumSeed, number), descriptor, 30, 2);
    }

    /// <summary>The checksum before "metadata checksums": CRC-16 over the UUID, the number and all but the checksum.</summary>
    public static ushort OldChecksum(ExtSuperblock super, int group, ReadOnlySpan<byte> descriptor)
    {
        Span<byte> number = stackalloc byte[4];
        number.U32(0, (uint)group);
        var sum = Checksums.Crc16(Checksums.Crc16(0xFFFF, super.Uuid), number);
        sum = Checksums.Crc16(sum, descriptor[..30]);
        return super.Has(ExtIncompat.Bit64) && descriptor.Length > 32 ? Checksums.Crc16(sum, descriptor[32..]) : sum;
    }
}
