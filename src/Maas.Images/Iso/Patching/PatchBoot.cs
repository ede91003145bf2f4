using Maas.Images.Bytes;

namespace Maas.Images.Iso.Patching;

/// <summary>
/// What outside the directories points to a boot image or tells the size of the whole: the boot catalogue, and in a hybrid image the MBR and
/// the GPT, whose second copy stands at the end.
/// </summary>
internal sealed class PatchBoot(IsoOverlay image, uint catalog)
{
    private const int Sector = IsoVolume.SectorSize;
    private const int DiskSector = 512;
    private const int SectorsInBlock = Sector / DiskSector;
    private const int LoaderSector = 432;

    /// <summary>Whether an El Torito entry boots the image at a block.</summary>
    public bool Boots(uint block) => catalog != 0 && CatalogEntries(block).Count > 0;

    /// <summary>Follows a boot image to its new place.</summary>
    public void Move(uint from, long oldLength, uint to, long newLength)
    {
        var (oldSectors, newSectors) = (Sectors(oldLength), Sectors(newLength));
        foreach (var at in CatalogEntries(from))
        {
            var entry = image.Read(at, 12, "El Torito boot catalogue");
            Span<byte> s = entry;
            s.U32(8, to);
            if (((ReadOnlySpan<byte>)s).U16(6) == Math.Min(oldSectors, ushort.MaxValue)) s.U16(6, (ushort)Math.Min(newSectors, ushort.MaxValue));
            image.Write(at, s);
        }

        var area = image.Read(0, DiskSector, "ISO system area");
        Span<byte> mbr = area;
        if (!HasMbr(mbr)) return;
        if (((ReadOnlySpan<byte>)mbr).U64(LoaderSector) == (ulong)from * SectorsInBlock) mbr.U64(LoaderSector, (ulong)to * SectorsInBlock);
        for (var at = 446; at < 510; at += 16)
        {
            var entry = mbr.Slice(at, 16);
            if (entry[4] == 0 || ((ReadOnlySpan<byte>)entry).U32(8) != (ulong)from * SectorsInBlock) continue;
            entry.U32(8, to * SectorsInBlock);
            entry.U32(12, (uint)newSectors);
        }

        image.Write(0, mbr);
        if (Gpt.Read(image) is not { } gpt) return;
        gpt.MovePartition((long)from * SectorsInBlock, (long)to * SectorsInBlock, newSectors);
        gpt.Write(image);
    }

    /// <summary>Tells the new size of the whole where it is told, and moves the second copy of the GPT behind it.</summary>
    public void Resize(long oldLength)
    {
        var gpt = Gpt.Read(image);
        if (gpt is not null) image.Append(new MemoryBytes(gpt.MoveBackup((long)(image.End + Gpt.BackupBlocks) * SectorsInBlock)));
        gpt?.Write(image);
        var area = image.Read(0, DiskSector, "ISO system area");
        Span<byte> mbr = area;
        if (!HasMbr(mbr)) return;
        var (before, after) = (oldLength / DiskSector, (long)image.End * SectorsInBlock);
        for (var at = 446; at < 510; at += 16)
        {
            var entry = mbr.Slice(at, 16);
            ReadOnlySpan<byte> known = entry;
            if (known[4] != 0 && known.U32(12) != 0 && known.U32(8) + (long)known.U32(12) == before) entry.U32(12, (uint)Math.Min(after - known.U32(8), uint.MaxValue));
        }

        image.Write(0, mbr);
    }

    private List<long> CatalogEntries(uint block)
    {
        var found = new List<long>();
        if (catalog == 0 || block == 0) return found;
        ReadOnlySpan<byte> bytes = image.Read((long)catalog * Sector, Sector, "El Torito boot catalogue");
        for (var at = 32; at < bytes.Length; at += 32)
            if (bytes[at] is 0x88 or 0x00 && bytes.U32(at + 8) == block) found.Add(((long)catalog * Sector) + at);
        return found;
    }

    private static bool HasMbr(ReadOnlySpan<byte> sector) => sector[510] == 0x55 && sector[511] == 0xAA;

    private static long Sectors(long length) => (length + DiskSector - 1) / DiskSector;
}
