using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats;

/// <summary>
/// File systems, members of volume managers, disk labels and programs that are known by name and whose files are not read. The places and
/// values are those of util-linux's libblkid and of file(1).
/// </summary>
internal static class VolumeSignatures
{
    /// <summary>
    /// Unambiguous signatures, and those of containers whose content looks like a file system: checked before any file system that is read.
    /// </summary>
    public static IReadOnlyList<ContentSignature> First { get; } =
    [
        new("linux_raid_member", IsRaidMember),
        new("luks", 0, [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xba, 0xbe]),
        new("bitlocker", 3, "-FVE-FS-"),
        new("xfs", 0, "XFSB"),
        new("btrfs", 0x10040, "_BHRfS_M"),
        new("bcachefs", 4096 + 24, [0xc6, 0x85, 0x73, 0xf6, 0x66, 0xce, 0x90, 0xa9, 0xd9, 0x6a, 0x60, 0xcf, 0x80, 0x3d, 0xf7, 0xef]),
        new("bcache", 4096 + 24, [0xc6, 0x85, 0x73, 0xf6, 0x4e, 0x1a, 0x45, 0xca, 0x82, 0x65, 0xf5, 0x7f, 0x48, 0xba, 0x6d, 0x81]),
        new("lvm2", 512, "LABELONE"),
        new("swap", IsSwap),
        new("ntfs", 3, "NTFS    "),
        new("exfat", 3, "EXFAT   "),
        new("refs", 3, "ReFS\0\0\0\0"),
        new("hpfs", 8192, [0x49, 0xe8, 0x95, 0xf9]),
        new("f2fs", 1024, [0x10, 0x20, 0xf5, 0xf2]),
        new("erofs", 1024, [0xe2, 0xe1, 0xf5, 0xe0]),
        new("dm-verity", 0, "verity\0\0"),
        new("dm-integrity", 0, "integrt\0"),
    ];

    /// <summary>Checked when no file system that is read matches.</summary>
    public static IReadOnlyList<ContentSignature> Rest { get; } =
    [
        new("udf", IsUdf),
        new("zfs_member", IsZfs),
        new("jfs", 32768, "JFS1"),
        new("reiserfs", 65536 + 52, "ReIsEr"),
        new("reiserfs", 8192 + 52, "ReIsEr"),
        new("reiser4", 65536, "ReIsEr4"),
        new("nilfs2", 1024 + 6, [0x34, 0x34], IsNilfs2),
        new("ocfs2", 8192, "OCFSV2"),
        new("ocfs2", 4096, "OCFSV2"),
        new("gfs2", 65536, [0x01, 0x16, 0x19, 0x70]),
        new("apfs", 32, "NXSB"),
        new("hfsplus", 1024, [(byte)'H', (byte)'+', 0, 4]),
        new("hfsplus", 1024, [(byte)'H', (byte)'X', 0, 5]),
        new("hfs", 1024, "BD", IsHfs),
        new("befs", 512 + 32, "1SFB"),
        new("befs", 32, "BFS1"),
        new("bfs", 0, [0xce, 0xfa, 0xad, 0x1b]),
        new("minix", IsMinix),
        new("ufs", 8192 + 1372, [0x54, 0x19, 0x01, 0x00]),
        new("ufs", 65536 + 1372, [0x19, 0x01, 0x54, 0x19]),
        new("vmfs", 0x100000, [0x0d, 0xd0, 0x01, 0xc0]),
        new("cramfs", 0, [0x45, 0x3d, 0xcd, 0x28]),
        new("cramfs", 512, [0x45, 0x3d, 0xcd, 0x28]),
        new("cramfs", 0, [0x28, 0xcd, 0x3d, 0x45]),
        new("romfs", 0, "-rom1fs-"),
        new("squashfs (big-endian)", 0, "sqsh"),
        new("jffs2", IsJffs2),
        new("ubifs", 0, [0x31, 0x18, 0x10, 0x06]),
        new("ubi", 0, "UBI#"),
        new("apple partition map", 512, "PM\0\0", bytes => ContentSignature.Has(bytes, 0, "ER"u8)),
        new("bsd disk label", 512, [0x57, 0x45, 0x56, 0x82], bytes => ContentSignature.Has(bytes, 512 + 132, [0x57, 0x45, 0x56, 0x82])),
        new("bsd disk label", 64, [0x57, 0x45, 0x56, 0x82], bytes => ContentSignature.Has(bytes, 64 + 132, [0x57, 0x45, 0x56, 0x82])),
        new("sun disk label", 508, [0xda, 0xbe], IsSunLabel),
        new("sgi disk label", 0, [0x0b, 0xe5, 0xa9, 0x41]),
        new("amiga disk label", IsAmigaLabel),
        new("pc98 disk label", 510, [0x55, 0xaa], bytes => ContentSignature.Has(bytes, 4, "IPL1"u8)),
        new("atari disk label", IsAtariLabel),
    ];

    /// <summary>Files that are no disk: programs, device trees and text. Checked last.</summary>
    public static IReadOnlyList<ContentSignature> Programs { get; } =
    [
        new("efi program", 0, "MZ", bytes => ContentSignature.Head(bytes, 60, 4) is { Length: 4 } at
            && ContentSignature.Has(bytes, at.U32(0), "PE\0\0"u8)),
        new("elf program", 0, [0x7f, (byte)'E', (byte)'L', (byte)'F']),
        new("u-boot image", 0, [0x27, 0x05, 0x19, 0x56]),
        new("device tree", 0, [0xd0, 0x0d, 0xfe, 0xed]),
        new("text", IsText),
        new("empty", bytes => bytes.Length == 0),
    ];

    /// <summary>
    /// The superblock of a member of an md array: version 1.1 at the start, 1.2 at 4 KiB, 1.0 in the last 8 to 12 KiB, 0.90 in the last 64
    /// to 128 KiB (md.4). With 1.0 and 0.90 a member of a mirror looks like the file system it holds.
    /// </summary>
    private static bool IsRaidMember(RandomAccessSource bytes)
    {
        ReadOnlySpan<byte> magic = [0xfc, 0x4e, 0x2b, 0xa9];
        foreach (var at in (ReadOnlySpan<long>)[0, 4096, ((bytes.Length / 512) - 16) / 8 * 8 * 512])
        {
            if (!ContentSignature.Has(bytes, at, magic)) continue;
            var block = ContentSignature.Head(bytes, at, 152);
            if (block.Length == 152 && block.U32(4) == 1 && block.U64(144) == (ulong)at / 512) return true;
        }

        var old = (bytes.Length / 65536 * 65536) - 65536;
        return ContentSignature.Has(bytes, old, [.. magic, 0, 0, 0, 0, 90, 0, 0, 0])
            || ContentSignature.Has(bytes, old, [0xa9, 0x2b, 0x4e, 0xfc, 0, 0, 0, 0, 0, 0, 0, 90]);
    }

    /// <summary>At the end of the first page, whose size is the machine's.</summary>
    private static bool IsSwap(RandomAccessSource bytes)
    {
        foreach (var page in (ReadOnlySpan<int>)[4096, 8192, 16384, 65536])
        {
            if (ContentSignature.Has(bytes, page - 10, "SWAPSPACE2"u8) || ContentSignature.Has(bytes, page - 10, "SWAP-SPACE"u8))
                return true;
            if (ContentSignature.Has(bytes, page - 10, "S1SUSPEND\0"u8) || ContentSignature.Has(bytes, page - 10, "S2SUSPEND\0"u8))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The volume recognition sequence (ECMA-167, 2/8.3): descriptors of 2048 bytes, or a sector each where those are larger.
    /// </summary>
    public static bool IsUdf(RandomAccessSource bytes)
    {
        foreach (var step in (ReadOnlySpan<int>)[2048, 4096])
        {
            for (var i = 0; i < 64; i++)
            {
                var id = ContentSignature.Head(bytes, 32768 + ((long)i * step) + 1, 5);
                if (id.SequenceEqual("NSR02"u8) || id.SequenceEqual("NSR03"u8)) return true;
                if (!(id.SequenceEqual("CD001"u8) || id.SequenceEqual("BEA01"u8) || id.SequenceEqual("BOOT2"u8)
                    || id.SequenceEqual("CDW02"u8)))
                    break;
            }
        }

        return false;
    }

    /// <summary>An überblock in the first label's ring, in either order of bytes.</summary>
    private static bool IsZfs(RandomAccessSource bytes)
    {
        const int ring = 128 << 10;
        var blocks = ContentSignature.Head(bytes, ring, ring);
        for (var at = 0; at + 8 <= blocks.Length; at += 1024)
            if (blocks.U64(at) == 0x00bab10c || blocks.U64Big(at) == 0x00bab10c) return true;
        return false;
    }

    private static bool IsNilfs2(RandomAccessSource bytes)
    {
        var block = ContentSignature.Head(bytes, 1024, 24);
        return block.Length == 24 && block.U32(0) == 2 && block.U16(8) is >= 128 and <= 1024 && block.U32(20) <= 6;
    }

    private static bool IsHfs(RandomAccessSource bytes)
    {
        var block = ContentSignature.Head(bytes, 1024, 40);
        return block.Length == 40 && block.U16Big(18) != 0 && block.U32Big(20) is var size && size != 0 && size % 512 == 0
            && block[36] is >= 1 and <= 27;
    }

    /// <summary>
    /// Versions 1 and 2 (magic at 16, names of 14 or 30 bytes) and 3 (magic at 24); bit maps have to be large enough, for the magic is two
    /// bytes.
    /// </summary>
    private static bool IsMinix(RandomAccessSource bytes)
    {
        var block = ContentSignature.Head(bytes, 1024, 32);
        if (block.Length < 32) return false;
        if (block.U16(16) is 0x137f or 0x138f or 0x2468 or 0x2478)
            return block.U16(10) == 0 && block.U16(0) != 0 && block.U16(4) * 8192L > block.U16(0) && block.U16(6) != 0
                && block.U16(8) > block.U16(4) + block.U16(6);
        return block.U16(24) == 0x4d5a && block.U16(12) == 0 && block.U32(0) != 0 && block.U16(28) is var size and >= 1024
            && block.U16(6) * 8L * size > block.U32(0);
    }

    /// <summary>A node of a known kind in front.</summary>
    private static bool IsJffs2(RandomAccessSource bytes) => ContentSignature.Head(bytes, 0, 4) is
        [0x85, 0x19, 0x01 or 0x02, 0xe0] or [0x85, 0x19, 0x03 or 0x04 or 0x06, 0x20] or [0x19, 0x85, 0xe0, 0x01 or 0x02]
        or [0x19, 0x85, 0x20, 0x03 or 0x04 or 0x06];

    private static bool IsSunLabel(RandomAccessSource bytes)
    {
        var label = ContentSignature.Head(bytes, 0, 512);
        var sum = 0;
        for (var at = 0; at < label.Length; at += 2) sum ^= label.U16Big(at);
        return sum == 0;
    }

    /// <summary>A rigid disk block in one of the first sixteen sectors, whose words add up to zero.</summary>
    private static bool IsAmigaLabel(RandomAccessSource bytes)
    {
        for (var sector = 0; sector < 16; sector++)
        {
            if (!ContentSignature.Has(bytes, sector * 512, "RDSK"u8)) continue;
            var block = ContentSignature.Head(bytes, sector * 512, 512);
            if (block.Length < 512 || block.U32Big(4) is 0 or > 128) continue;
            uint sum = 0;
            for (var word = 0; word < block.U32Big(4); word++) sum += block.U32Big(word * 4);
            if (sum == 0) return true;
        }

        return false;
    }

    /// <summary>AHDI has no signature: the disk's size, and a partition in it whose name is of letters and digits.</summary>
    private static bool IsAtariLabel(RandomAccessSource bytes)
    {
        var sector = ContentSignature.Head(bytes, 0, 512);
        if (sector.Length < 512) return false;
        var size = sector.U32Big(0x1c2);
        if (size == 0 || size > bytes.Length / 512) return false;
        var found = false;
        for (var at = 0x1c6; at < 0x1f6; at += 12)
        {
            var (start, length) = (sector.U32Big(at + 4), sector.U32Big(at + 8));
            if ((sector[at] & 1) == 0) continue;
            foreach (var letter in sector.Slice(at + 1, 3)) if (!char.IsAsciiLetterOrDigit((char)letter)) return false;
            if (start == 0 || length == 0 || start + (ulong)length > size) return false;
            found = true;
        }

        return found;
    }

    /// <summary>Nothing but characters that are printed, in the first 512 bytes.</summary>
    private static bool IsText(RandomAccessSource bytes)
    {
        var head = ContentSignature.Head(bytes, 0, 512);
        if (head.IsEmpty) return false;
        foreach (var one in head) if (one is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0c) or 0x7f) return false;
        if (System.Text.Unicode.Utf8.IsValid(head)) return true;
        // The last character may be cut.
        for (var cut = 1; cut <= 3 && cut < head.Length; cut++)
            if (head.Length == 512 && System.Text.Unicode.Utf8.IsValid(head[..^cut])) return true;
        return false;
    }
}
