using System.Buffers.Binary;
using Maas.Images.ByteSources;
using Maas.Images.Formats.Partitions;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// What makes an ISO boot from a USB stick too: a master boot record in its system area, whose code finds the BIOS loader, and
/// where there is an image for UEFI a GPT that names it as the EFI system partition, with its second copy at the very end.
/// <code>
/// MBR: 0 code  432 the loader's sector:64  440 disk id  446 four partitions  510 55 AA
/// </code>
/// Beside a GPT the MBR is protective, with an empty active partition for firmware that boots no disk without one.
/// </summary>
internal sealed class IsoHybrid(ReadOnlyMemory<byte> bootCode)
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
    public byte[] SystemArea(IReadOnlyList<IsoBootImage> boot, uint blocks, Guid identity)
    {
        var area = new byte[SystemAreaLength];
        Span<byte> s = area;
        bootCode.Span.CopyTo(s);
        var sectors = (long)blocks * SectorsInBlock;
        if (boot.FirstOrDefault(image => image.Platform == IsoBootPlatform.Bios) is { } bios)
            s.U64(LongestCode, (ulong)bios.Content.Block * SectorsInBlock);
        s.U32(440, BinaryPrimitives.ReadUInt32LittleEndian(MediumIdentity.Derive(identity, "disk").ToByteArray()));
        if (EfiImage(boot) is { } efi)
        {
            MbrPartition(s[446..], active: 0x80, type: 0, 0, 1);
            MbrPartition(s[462..], active: 0, type: 0xEE, 1, sectors - 1);
            var gpt = Gpt(efi, sectors, identity);
            gpt.FirstHeader().CopyTo(s[Sector..]);
            gpt.Entries.CopyTo(s[(int)gpt.EntriesOffset..]);
        }
        else
        {
            MbrPartition(s[446..], active: 0x80, type: 0x17, 0, sectors);
        }

        (s[510], s[511]) = (0x55, 0xAA);
        return area;
    }

    /// <summary>The last <see cref="BackupLength"/> bytes.</summary>
    public static byte[] Backup(IReadOnlyList<IsoBootImage> boot, uint blocks, Guid identity)
    {
        if (EfiImage(boot) is not { } efi) return new byte[BackupLength];
        var gpt = Gpt(efi, (long)blocks * SectorsInBlock, identity);
        return [.. gpt.Entries, .. gpt.SecondHeader()];
    }

    private static GptBytes Gpt(IsoContent efi, long sectors, Guid identity)
    {
        var gpt = GptBytes.Create(Sector, MediumIdentity.Derive(identity, "gpt"), firstUsable: SystemAreaLength / Sector);
        var first = (long)efi.Block * SectorsInBlock;
        gpt.Set(1, PartitionTypes.EfiSystem, MediumIdentity.Derive(identity, "efi"), first,
            first + ((efi.Length + Sector - 1) / Sector) - 1, attributes: 0, "EFI boot image");
        gpt.Fit(sectors);
        return gpt;
    }

    private static IsoContent? EfiImage(IReadOnlyList<IsoBootImage> boot) =>
        boot.FirstOrDefault(image => image.Platform == IsoBootPlatform.Efi)?.Content;

    /// <summary>Cylinders, heads and sectors say "beyond what can be said", as for all disks of today.</summary>
    private static void MbrPartition(Span<byte> entry, byte active, byte type, long first, long count)
    {
        (entry[0], entry[4]) = (active, type);
        ((ReadOnlySpan<byte>)[0x00, 0x02, 0x00]).CopyTo(entry[1..]);
        ((ReadOnlySpan<byte>)[0xFE, 0xFF, 0xFF]).CopyTo(entry[5..]);
        entry.U32(8, (uint)first);
        entry.U32(12, (uint)Math.Min(count, uint.MaxValue));
    }
}
