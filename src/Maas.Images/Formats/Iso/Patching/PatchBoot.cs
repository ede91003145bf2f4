using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>
/// What outside the directories points to a boot image or records the image size: the boot catalogue, and in a hybrid image the
/// partition tables. Where a partition shows the ISO's files, it grows over what is new, and the partitions behind it move behind that.
/// </summary>
/// <param name="image">What is patched.</param>
/// <param name="catalog">The boot catalogue's block; 0 for none.</param>
internal sealed class PatchBoot(IsoOverlay image, uint catalog)
{
    private const int Sector = IsoVolume.SectorSize;
    private const int DiskSector = 512;
    private const int SectorsInBlock = Sector / DiskSector;

    private readonly HybridTables _tables = new(image);

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
            if (((ReadOnlySpan<byte>)s).U16(6) == Math.Min(oldSectors, ushort.MaxValue))
                s.U16(6, (ushort)Math.Min(newSectors, ushort.MaxValue));
            image.Write(at, s);
        }

        _tables.MoveLoader((long)from * SectorsInBlock, oldSectors, (long)to * SectorsInBlock);
        _tables.Move((long)from * SectorsInBlock, (long)to * SectorsInBlock, newSectors);
    }

    /// <summary>
    /// Updates the image size, lets the partitions that show the ISO reach what is new, and moves the second copy
    /// of the GPT to the end.
    /// </summary>
    /// <param name="oldLength">Bytes before the patch.</param>
    /// <param name="windows">The whole, and the partitions that show its files.</param>
    /// <returns>The block behind the content.</returns>
    public uint Resize(long oldLength, IReadOnlyList<IsoWindow> windows)
    {
        var content = image.End;
        var shown = _tables.Places().Where(place => windows.Any(window => (long)window.First * SectorsInBlock == place.First)).ToList();
        if (shown.Count > 0)
        {
            var oldEnd = shown.Min(place => place.End);
            foreach (var first in _tables.Places().Where(place => place.First >= oldEnd).Select(place => place.First).Distinct().Order()
                .ToList())
                MoveBehind(first, oldLength);
            foreach (var place in shown.DistinctBy(place => place.First))
                _tables.Move(place.First, place.First, ((long)content * SectorsInBlock) - place.First);
        }

        var gpt = Gpt.Read(image);
        if (gpt is not null) image.Append(new MemoryBytes(gpt.MoveBackup((long)(image.End + Gpt.BackupBlocks) * SectorsInBlock)));
        gpt?.Write(image);
        _tables.Resize(oldLength / DiskSector, (long)image.End * SectorsInBlock);
        return content;
    }

    /// <summary>
    /// Copies a partition behind the end, and lets everything that points to it follow; what was there belongs to the ISO's partition from
    /// now on.
    /// </summary>
    private void MoveBehind(long first, long oldLength)
    {
        var sectors = _tables.Places().Where(place => place.First == first).Max(place => place.Count);
        var start = first * DiskSector;
        var length = Math.Min(sectors * DiskSector, oldLength - start);
        if (length <= 0) return;
        var to = image.Append(new SlicedBytes(image, start, length));
        Span<byte> block = stackalloc byte[4];
        block.U32(0, to);
        foreach (var at in first % SectorsInBlock == 0 ? CatalogEntries((uint)(first / SectorsInBlock)) : []) image.Write(at + 8, block);

        _tables.MoveLoader(first, sectors, (long)to * SectorsInBlock);
        _tables.Move(first, (long)to * SectorsInBlock, sectors);
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

    private static long Sectors(long length) => (length + DiskSector - 1) / DiskSector;
}
