using Maas.Images.ByteSources;
using Maas.Images.Primitives;
using Field = Maas.Images.Formats.Ext.ExtSuperblockField;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// The superblock at byte 1024 (Linux' Documentation/filesystems/ext4, "Super Block"), little-endian.
/// <code>
///   0 inodes       4 blocks       20 first data block  24 log2(block/1024)  32 blocks a group  40 inodes a group
///  56 EF53        58 state        76 revision          84 first inode       88 inode size      92 96 100 features
/// 104 UUID       120 label       206 reserved GDT      224 journal inode   254 descriptor size 260 first meta group
/// 336 blocks, high               372 log2(groups a flex group)             624 checksum seed  1020 checksum
/// </code>
/// </summary>
internal sealed class ExtSuperblock
{
    public const int Offset = 1024;
    public const int Size = 1024;
    public const ushort Magic = 0xEF53;

    private const string Structure = "ext superblock";

    private ExtSuperblock(byte[] raw) => Raw = raw;

    /// <summary>The bytes, which survive a change of some of them.</summary>
    public byte[] Raw { get; }

    public uint InodeCount => S.U32(Field.InodeCount);

    public long BlockCount => (long)((Has(ExtIncompat.Bit64) ? (ulong)S.U32(Field.BlockCountHigh) << 32 : 0) | S.U32(Field.BlockCountLow));

    public uint FirstDataBlock => S.U32(Field.FirstDataBlock);

    public int BlockSize => 1024 << (int)S.U32(Field.LogBlockSize);

    public uint BlocksPerGroup => S.U32(Field.BlocksPerGroup);

    public uint InodesPerGroup => S.U32(Field.InodesPerGroup);

    public int InodeSize => S.U32(Field.Revision) == 0 ? 128 : S.U16(Field.InodeSize);

    public uint FirstInode => S.U32(Field.Revision) == 0 ? 11 : S.U32(Field.FirstInode);

    public ushort State => S.U16(Field.State);

    /// <summary>The first inode of those that were to be freed or cut when the machine stopped; 0 for none.</summary>
    public uint LastOrphan
    {
        get => S.U32(Field.LastOrphan);
        set => Raw.AsSpan().U32(Field.LastOrphan, value);
    }

    public ExtCompat Compat => (ExtCompat)S.U32(Field.Compat);

    public ExtIncompat Incompat => (ExtIncompat)S.U32(Field.Incompat);

    public ExtReadOnlyCompat ReadOnlyCompat => (ExtReadOnlyCompat)S.U32(Field.ReadOnlyCompat);

    public ReadOnlySpan<byte> Uuid => S.Slice(Field.Uuid, 16);

    public string Label => FileName.Decode(S.Slice(Field.Label, 16)[..LengthOf(S.Slice(Field.Label, 16))]);

    /// <summary>Whether names are hashed as unsigned characters where the tree does not say so itself.</summary>
    public bool HashesUnsigned => (S.U32(Field.Flags) & 2) != 0;

    public uint JournalInode => S.U32(Field.JournalInode);

    public int DescriptorSize => Has(ExtIncompat.Bit64) ? S.U16(Field.DescriptorSize) : 32;

    public uint FirstMetaGroup => S.U32(Field.FirstMetaGroup);

    /// <summary>Blocks behind the descriptors, in each copy, into which these may grow.</summary>
    public int ReservedDescriptorBlocks
    {
        get => S.U16(Field.ReservedDescriptorBlocks);
        set => Raw.AsSpan().U16(Field.ReservedDescriptorBlocks, (ushort)value);
    }

    public long FreeBlocks
    {
        get => S.U32(Field.FreeBlockCountLow) | (Has(ExtIncompat.Bit64) ? (long)S.U32(Field.FreeBlockCountHigh) << 32 : 0);
        set => SetWide(Field.FreeBlockCountLow, Field.FreeBlockCountHigh, value);
    }

    /// <summary>Blocks that only root may take.</summary>
    public ulong ReservedBlocks =>
        S.U32(Field.ReservedBlockCountLow) | (Has(ExtIncompat.Bit64) ? (ulong)S.U32(Field.ReservedBlockCountHigh) << 32 : 0);

    public uint FreeInodes
    {
        get => S.U32(Field.FreeInodeCount);
        set => Raw.AsSpan().U32(Field.FreeInodeCount, value);
    }

    /// <summary>What every checksum in the file system starts from.</summary>
    public uint ChecksumSeed => Has(ExtIncompat.ChecksumSeed) ? S.U32(Field.ChecksumSeed) : Checksums.Crc32C(uint.MaxValue, Uuid);

    public int GroupCount => (int)((BlockCount - FirstDataBlock + BlocksPerGroup - 1) / BlocksPerGroup);

    public bool HasChecksums => Has(ExtReadOnlyCompat.MetadataChecksums);

    /// <summary><c>ext4</c> if it uses what came with it, else <c>ext3</c> with a journal, else <c>ext2</c>.</summary>
    public string Format =>
        (Incompat & (ExtIncompat.Extents
            | ExtIncompat.Bit64
            | ExtIncompat.FlexibleGroups
            | ExtIncompat.InlineData
            | ExtIncompat.MetaBlockGroups)) != 0
        || (ReadOnlyCompat & (ExtReadOnlyCompat.HugeFile
            | ExtReadOnlyCompat.GroupChecksums
            | ExtReadOnlyCompat.MetadataChecksums
            | ExtReadOnlyCompat.BigAllocation)) != 0
            ? "ext4"
        : (Compat & ExtCompat.HasJournal) != 0 ? "ext3"
        : "ext2";

    private ReadOnlySpan<byte> S => Raw;

    /// <summary>What the hashes of names start from: MD4's own values where nothing else is said.</summary>
    public uint[] HashSeed()
    {
        const int At = Field.HashSeed;
        uint[] seed = [S.U32(At), S.U32(At + 4), S.U32(At + 8), S.U32(At + 12)];
        return seed.Any(word => word != 0) ? seed : [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
    }

    public bool Has(ExtIncompat feature) => (Incompat & feature) != 0;

    public bool Has(ExtReadOnlyCompat feature) => (ReadOnlyCompat & feature) != 0;

    public bool Has(ExtCompat feature) => (Compat & feature) != 0;

    public long OffsetOfBlock(long block) => block * BlockSize;

    /// <summary>Whether a group holds a copy of the superblock and the descriptors.</summary>
    public bool GroupHasSuperblock(long group)
    {
        if (group == 0) return true;
        if (Has(ExtCompat.SparseSuper2)) return group == S.U32(Field.BackupGroups) || group == S.U32(Field.BackupGroups + 4);
        return !Has(ExtReadOnlyCompat.SparseSuper) || group == 1 || IsPowerOf(group, 3) || IsPowerOf(group, 5) || IsPowerOf(group, 7);
    }

    public void Set(ExtCompat feature) => Raw.AsSpan().U32(Field.Compat, (uint)(Compat | feature));

    public void Set(ExtReadOnlyCompat feature) => Raw.AsSpan().U32(Field.ReadOnlyCompat, (uint)(ReadOnlyCompat | feature));

    public void Clear(ExtIncompat feature) => Raw.AsSpan().U32(Field.Incompat, (uint)(Incompat & ~feature));

    /// <summary>Sets a count whose high half is elsewhere.</summary>
    public void SetWide(int low, int high, long value)
    {
        Raw.AsSpan().U32(low, (uint)value);
        if (Has(ExtIncompat.Bit64)) Raw.AsSpan().U32(high, (uint)(value >> 32));
    }

    public void SetChecksum()
    {
        if (HasChecksums) Raw.AsSpan().U32(Field.Checksum, Checksums.Crc32C(uint.MaxValue, S[..Field.Checksum]));
    }

    public static bool Matches(RandomAccessSource volume)
    {
        Span<byte> start = stackalloc byte[Size];
        return volume.Read(Offset, start) == Size
            && ((ReadOnlySpan<byte>)start).U16(Field.Magic) == Magic
            && ((ReadOnlySpan<byte>)start).U32(Field.LogBlockSize) <= 6;
    }

    /// <summary><c>ext2</c>, <c>ext3</c> or <c>ext4</c>, also of one that is too damaged to be opened.</summary>
    public static string NameOf(RandomAccessSource volume) => new ExtSuperblock(volume.Read(Offset, Size, Structure)).Format;

    public static ExtSuperblock Read(RandomAccessSource volume)
    {
        var super = new ExtSuperblock(volume.Read(Offset, Size, Structure));
        super.Check(volume);
        return super;
    }

    private void Check(RandomAccessSource volume)
    {
        if (S.U16(Field.Magic) != Magic) throw Wrong(Field.Magic, "its signature is missing");
        if (S.U32(Field.LogBlockSize) > 6) throw Wrong(Field.LogBlockSize, $"blocks of 2^{S.U32(Field.LogBlockSize)} KiB");
        if (HasChecksums && Checksums.Crc32C(uint.MaxValue, S[..Field.Checksum]) != S.U32(Field.Checksum))
            throw Wrong(Field.Checksum, "its checksum does not match");
        if ((Incompat & ~ExtIncompat.Readable) is var unknown && unknown != 0)
            throw Wrong(Field.Incompat, $"features {(uint)unknown:x} are not read here");
        if (FirstDataBlock != (BlockSize == 1024 ? 1 : 0) && !Has(ExtReadOnlyCompat.BigAllocation))
            throw Wrong(Field.FirstDataBlock, $"the first data block is {FirstDataBlock}");
        if (BlocksPerGroup is < 8 || BlocksPerGroup > 8u * (uint)BlockSize * (Has(ExtReadOnlyCompat.BigAllocation) ? 32u : 1))
            throw Wrong(Field.BlocksPerGroup, $"{BlocksPerGroup} blocks in a group");
        if (InodesPerGroup is 0 || InodesPerGroup > 8u * (uint)BlockSize)
            throw Wrong(Field.InodesPerGroup, $"{InodesPerGroup} inodes in a group");
        if (InodeSize < 128 || InodeSize > BlockSize || (InodeSize & (InodeSize - 1)) != 0)
            throw Wrong(Field.InodeSize, $"inodes of {InodeSize} bytes");
        if (DescriptorSize < 32 || DescriptorSize > 1024 || DescriptorSize % 32 != 0)
            throw Wrong(Field.DescriptorSize, $"group descriptors of {DescriptorSize} bytes");
        if (BlockCount <= FirstDataBlock || BlockCount > volume.Length / BlockSize)
            throw Wrong(Field.BlockCountLow, $"{BlockCount} blocks of {BlockSize} bytes do not fit in {volume.Length} bytes");
        if ((BlockCount / BlocksPerGroup) + 1 > int.MaxValue / 64) throw Wrong(Field.BlockCountLow, "there are too many groups");
        if (InodeCount == 0 || InodeCount > (long)GroupCount * InodesPerGroup)
            throw Wrong(Field.InodeCount, $"{InodeCount} inodes in {GroupCount} groups");
    }

    private static InvalidImageException Wrong(int at, string reason) => new(Structure, reason, Offset + at);

    private static int LengthOf(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and var end ? end : text.Length;

    private static bool IsPowerOf(long number, int root)
    {
        while (number > 1 && number % root == 0) number /= root;
        return number == 1;
    }
}
