using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// The boot catalogue: entries of 32 bytes.
/// <code>
/// validation: 0 01  1 platform  28 checksum  30 55 AA     then the default entry, then
/// sections:   0 90, or 91 the last  1 platform  2 number of entries      44 is an extension of the entry before
/// entry:      0 88 bootable  1 emulation  6 sectors  8 block
/// </code>
/// </summary>
internal static class IsoBootCatalog
{
    private const int EntrySize = 32;
    private const string Structure = "El Torito boot catalogue";

    public static IReadOnlyList<IsoBootEntry> Read(RandomAccessSource image, uint block)
    {
        if (block == 0) return [];
        var offset = (long)block * IsoVolume.SectorSize;
        ReadOnlySpan<byte> catalog = image.Read(offset, IsoVolume.SectorSize, Structure);
        if (catalog is not [1, ..] || catalog[30] != 0x55 || catalog[31] != 0xAA)
            throw new InvalidImageException(Structure, "it does not begin with a validation entry", offset);
        var sum = 0;
        for (var i = 0; i < EntrySize; i += 2) sum += catalog.U16(i);
        if ((ushort)sum != 0) throw new InvalidImageException(Structure, "its checksum does not match", offset);

        var entries = new List<IsoBootEntry> { Entry(catalog.Slice(EntrySize, EntrySize), catalog[1]) };
        var last = false;
        for (var at = 2 * EntrySize; !last && at < catalog.Length && catalog[at] is 0x90 or 0x91;)
        {
            last = catalog[at] == 0x91;
            var (platform, count) = (catalog[at + 1], catalog.U16(at + 2));
            at += EntrySize;
            for (var i = 0; i < count && at < catalog.Length; at += EntrySize)
            {
                if (catalog[at] == 0x44) continue;
                entries.Add(Entry(catalog.Slice(at, EntrySize), platform));
                i++;
            }
        }

        return entries;
    }

    private static IsoBootEntry Entry(ReadOnlySpan<byte> entry, byte platform) => new(
        Platform: (IsoBootPlatform)platform,
        IsBootable: entry[0] == 0x88,
        Emulation: entry[1] & 0x0F,
        Offset: (long)entry.U32(8) * IsoVolume.SectorSize,
        SectorCount: entry.U16(6));
}
