using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Maas.Images.Bytes;

namespace Maas.Images.Iso;

/// <summary>
/// What makes an ISO boot from a USB stick too: a master boot record in its system area, whose code finds the BIOS loader, and
/// where there is an image for UEFI a GPT that names it as the EFI system partition, with its second copy at the very end.
/// <code>
/// MBR: 0 code  432 the loader's sector:64  440 disk id  446 four partitions  510 55 AA
/// </code>
/// Beside a GPT the MBR is protective, with an empty active partition for firmware that boots no disk without one.
/// </summary>
internal sealed class IsoHybrid(ReadOnlyMemory<byte> bootCode, string label, DateTimeOffset createdAt)
{
    /// <summary>isohdpfx.bin's bytes before the fields that are set here.</summary>
    public const int LongestCode = 432;

    /// <summary>Blocks at the end for the second copy of the GPT.</summary>
    public const uint BlocksBehind = 9;

    /// <summary>Bytes of the second copy: 128 entries and a header.</summary>
    public const int BackupLength = 33 * Sector;

    private const int Sector = 512;
    private const int SectorsInBlock = IsoVolume.SectorSize / Sector;
    private const int SystemAreaLength = IsoVolume.First * IsoVolume.SectorSize;

    /// <summary>The first 16 blocks.</summary>
    public byte[] SystemArea(IReadOnlyList<IsoBootImage> boot, uint blocks)
    {
        var area = new byte[SystemAreaLength];
        Span<byte> s = area;
        bootCode.Span.CopyTo(s);
        var sectors = (long)blocks * SectorsInBlock;
        if (boot.FirstOrDefault(image => image.Platform == IsoBootPlatform.Bios) is { } bios) s.U64(LongestCode, (ulong)bios.Content.Block * SectorsInBlock);
        s.U32(440, BinaryPrimitives.ReadUInt32LittleEndian(Id("disk").ToByteArray()));
        if (EfiImage(boot) is { } efi)
        {
            MbrPartition(s[446..], active: 0x80, type: 0, 0, 1);
            MbrPartition(s[462..], active: 0, type: 0xEE, 1, sectors - 1);
            var entries = Entries(efi);
            Header(sectors, entries, isBackup: false).CopyTo(s[Sector..]);
            entries.CopyTo(s[(2 * Sector)..]);
        }
        else
        {
            MbrPartition(s[446..], active: 0x80, type: 0x17, 0, sectors);
        }

        (s[510], s[511]) = (0x55, 0xAA);
        return area;
    }

    /// <summary>The last <see cref="BackupLength"/> bytes.</summary>
    public byte[] Backup(IReadOnlyList<IsoBootImage> boot, uint blocks)
    {
        if (EfiImage(boot) is not { } efi) return new byte[BackupLength];
        var entries = Entries(efi);
        return [.. entries, .. Header((long)blocks * SectorsInBlock, entries, isBackup: true)];
    }

    private byte[] Entries(IsoContent efi)
    {
        var entries = new byte[128 * 128];
        Span<byte> s = entries;
        new Guid("c12a7328-f81f-11d2-ba4b-00a0c93ec93b").TryWriteBytes(s);
        Id("efi").TryWriteBytes(s[16..]);
        var first = (ulong)efi.Block * SectorsInBlock;
        s.U64(32, first);
        s.U64(40, first + (ulong)((efi.Length + Sector - 1) / Sector) - 1);
        Encoding.Unicode.GetBytes("EFI boot image", s[56..]);
        return entries;
    }

    /// <summary>UEFI 2.10, table 5.5.</summary>
    private byte[] Header(long sectors, byte[] entries, bool isBackup)
    {
        var header = new byte[Sector];
        Span<byte> s = header;
        "EFI PART"u8.CopyTo(s);
        s.U32(8, 0x10000);
        s.U32(12, 92);
        var (first, last) = (1UL, (ulong)sectors - 1);
        s.U64(24, isBackup ? last : first);
        s.U64(32, isBackup ? first : last);
        s.U64(40, SystemAreaLength / Sector);
        s.U64(48, (ulong)sectors - (BackupLength / Sector) - 1);
        Id("gpt").TryWriteBytes(s[56..]);
        s.U64(72, isBackup ? (ulong)sectors - (BackupLength / Sector) : 2);
        s.U32(80, 128);
        s.U32(84, 128);
        s.U32(88, Checksums.Crc32(entries));
        s.U32(16, Checksums.Crc32(s[..92]));
        return header;
    }

    private static IsoContent? EfiImage(IReadOnlyList<IsoBootImage> boot) => boot.FirstOrDefault(image => image.Platform == IsoBootPlatform.Efi)?.Content;

    /// <summary>Cylinders, heads and sectors say "beyond what can be said", as for all disks of today.</summary>
    private static void MbrPartition(Span<byte> entry, byte active, byte type, long first, long count)
    {
        (entry[0], entry[4]) = (active, type);
        ((ReadOnlySpan<byte>)[0x00, 0x02, 0x00]).CopyTo(entry[1..]);
        ((ReadOnlySpan<byte>)[0xFE, 0xFF, 0xFF]).CopyTo(entry[5..]);
        entry.U32(8, (uint)first);
        entry.U32(12, (uint)Math.Min(count, uint.MaxValue));
    }

    /// <summary>A UUID (version 8) from what the image is named, so that the same input gives the same bytes.</summary>
    private Guid Id(string what)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{what}\0{label}\0{createdAt.UtcTicks}"))[..16];
        hash[7] = (byte)((hash[7] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash);
    }
}
