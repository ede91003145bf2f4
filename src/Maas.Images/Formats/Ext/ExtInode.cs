using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// An inode.
/// <code>
///   0 mode  2 uid  4 size  16 mtime  24 gid  26 links  28 blocks  32 flags  40 block map, extents, link or inline data (60)
/// 100 generation  104 attributes' block  108 size, high  116 high halves: blocks 118 attributes 120 uid 122 gid  124 checksum
/// 128 size of the rest  130 checksum, high  136 mtime: 2 bits of epoch, 30 of nanoseconds    then attributes
/// </code>
/// </summary>
internal sealed class ExtInode(uint number, byte[] raw)
{
    public const uint RootNumber = 2;

    public const uint Encrypted = 0x800;
    public const uint Indexed = 0x1000;
    public const uint CountsBlocks = 0x40000; // the count is of blocks, not of sectors
    public const uint UsesExtents = 0x80000;
    public const uint Verified = 0x100000;
    public const uint HoldsAttribute = 0x200000;
    public const uint FoldsCase = 0x40000000;
    public const uint Inline = 0x10000000;

    public uint Number => number;

    public byte[] Raw => raw;

    public ushort Mode => S.U16(0);

    public uint UserId => S.U16(2) | (uint)S.U16(120) << 16;

    public uint GroupId => S.U16(24) | (uint)S.U16(122) << 16;

    public long Length => (long)(S.U32(4) | (ulong)S.U32(108) << 32);

    public int Links => S.U16(26);

    public uint Flags => S.U32(32);

    public uint Generation => S.U32(100);

    public long AttributesBlock => S.U32(104) | (long)S.U16(118) << 32;

    public ReadOnlySpan<byte> BlockMap => S.Slice(40, 60);

    public int ExtraSize => raw.Length > 128 ? S.U16(128) : 0;

    public FileKind Kind => (Mode & 0xF000) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.SymbolicLink,
        0x2000 => FileKind.CharacterDevice,
        0x6000 => FileKind.BlockDevice,
        0x1000 => FileKind.Pipe,
        0xC000 => FileKind.Socket,
        _ => throw new InvalidImageException("ext inode", $"inode {number} has mode {Mode:x}"),
    };

    public DateTimeOffset ModifiedAt
    {
        get
        {
            long seconds = (int)S.U32(16);
            uint extra = ExtraSize >= 12 ? S.U32(136) : 0;
            return DateTimeOffset.FromUnixTimeSeconds(seconds + ((long)(extra & 3) << 32)).AddTicks((extra >> 2) / 100);
        }
    }

    public DeviceNumber Device
    {
        get
        {
            uint old = BlockMap.U32(0), device = BlockMap.U32(4);
            return old != 0
                ? new DeviceNumber((old >> 8) & 0xFF, old & 0xFF)
                : new DeviceNumber((device >> 8) & 0xFFF, (device & 0xFF) | ((device >> 12) & 0xFFF00));
        }
    }

    private ReadOnlySpan<byte> S => raw;

    public bool Has(uint flag) => (Flags & flag) != 0;

    /// <summary>What checksums of this inode's own blocks start from.</summary>
    public uint ChecksumSeed(ExtSuperblock super)
    {
        Span<byte> words = stackalloc byte[8];
        words.U32(0, number);
        words.U32(4, Generation);
        return Checksums.Crc32C(super.ChecksumSeed, words);
    }

    /// <summary>The inode's own checksum: 32 bits, or 16 in a small inode.</summary>
    public uint Checksum(ExtSuperblock super)
    {
        var seed = Checksums.Crc32C(ChecksumSeed(super), S[..128], 124, 2);
        if (raw.Length == 128) return seed & 0xFFFF;
        var hasHigh = ExtraSize >= 4;
        var sum = hasHigh ? Checksums.Crc32C(seed, S[128..], 2, 2) : Checksums.Crc32C(seed, S[128..]);
        return hasHigh ? sum : sum & 0xFFFF;
    }

    public uint StoredChecksum => S.U16(124) | (ExtraSize >= 4 ? (uint)S.U16(130) << 16 : 0);
}
