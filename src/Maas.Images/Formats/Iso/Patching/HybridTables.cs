using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>
/// The partition tables of an ISO that is a disk too: MBR, GPT and Apple's partition map, one beside the other, each of which may show the
/// ISO and its boot images. All are changed alike, so that no firmware sees an old state.
/// <code>
/// MBR:    446 four entries of 16: 4 type  8 first sector  12 sectors
/// Apple:  0 "ER"  2 block size         then from block 1, one a block: 0 "PM"  4 entries  8 first block  12 blocks  84 blocks of data
/// </code>
/// </summary>
internal sealed class HybridTables(IsoOverlay image)
{
    private const int Sector = 512;
    private const int MbrEntries = 446, MbrEntry = 16;
    private const int LoaderSector = 432;
    private const byte Protective = 0xEE;
    private const int MostAppleEntries = 62;
    private const string Structure = "ISO system area";

    /// <summary>Where the partitions of any table begin, in bytes.</summary>
    public static IEnumerable<long> Starts(RandomAccessSource image) =>
        new HybridTables(image as IsoOverlay ?? new IsoOverlay(image)).Places().Select(place => place.First * Sector);

    /// <summary>All partitions but the entry that says "see the GPT".</summary>
    public List<HybridPlace> Places()
    {
        var places = new List<HybridPlace>();
        if (Mbr() is { } mbr)
        {
            foreach (var at in MbrPlaces(mbr))
                if (((ReadOnlySpan<byte>)mbr)[at + 4] != Protective)
                    places.Add(new(((ReadOnlySpan<byte>)mbr).U32(at + 8), ((ReadOnlySpan<byte>)mbr).U32(at + 12)));
        }

        if (Gpt.Read(image) is { } gpt) places.AddRange(gpt.Places());
        foreach (var (entry, size) in AppleEntries())
        {
            ReadOnlySpan<byte> bytes = entry.Bytes;
            long factor = size / Sector;
            places.Add(new(bytes.U32Big(8) * factor, bytes.U32Big(12) * factor));
        }

        return places;
    }

    /// <summary>Gives the partitions that begin at a sector another place and length.</summary>
    public void Move(long from, long to, long sectors)
    {
        if (Mbr() is { } mbr)
        {
            Span<byte> s = mbr;
            foreach (var at in MbrPlaces(mbr))
            {
                if (((ReadOnlySpan<byte>)s).U32(at + 8) != from || s[at + 4] == Protective) continue;
                s.U32(at + 8, checked((uint)to));
                s.U32(at + 12, (uint)Math.Min(sectors, uint.MaxValue));
            }

            image.Write(0, mbr);
        }

        if (Gpt.Read(image) is { } gpt)
        {
            gpt.MovePartition(from, to, sectors);
            gpt.Write(image);
        }

        foreach (var (entry, size) in AppleEntries())
        {
            var factor = size / Sector;
            Span<byte> s = entry.Bytes;
            if (((ReadOnlySpan<byte>)s).U32Big(8) * (long)factor != from) continue;
            var blocks = checked((uint)((sectors + factor - 1) / factor));
            s.U32Big(8, checked((uint)(to / factor)));
            s.U32Big(12, blocks);
            s.U32Big(84, blocks);
            image.Write(entry.Offset, s);
        }
    }

    /// <summary>
    /// Follows the loader that the MBR's code starts: isolinux by its first sector, GRUB by the one behind the sector it begins with.
    /// </summary>
    public void MoveLoader(long from, long oldSectors, long to)
    {
        if (Mbr() is not { } mbr) return;
        Span<byte> s = mbr;
        var loader = ((ReadOnlySpan<byte>)s).U64(LoaderSector);
        if (from == 0 || loader < (ulong)from || loader >= (ulong)(from + oldSectors)) return;
        s.U64(LoaderSector, loader - (ulong)from + (ulong)to);
        image.Write(0, mbr);
    }

    /// <summary>Extends the MBR entries that ended at the image's end, including that of a GPT, to the new end.</summary>
    public void Resize(long before, long after)
    {
        if (Mbr() is not { } mbr) return;
        Span<byte> s = mbr;
        foreach (var at in MbrPlaces(mbr))
        {
            var (first, count) = (((ReadOnlySpan<byte>)s).U32(at + 8), ((ReadOnlySpan<byte>)s).U32(at + 12));
            if (first + (long)count == before) s.U32(at + 12, (uint)Math.Min(after - first, uint.MaxValue));
        }

        image.Write(0, mbr);
    }

    private byte[]? Mbr()
    {
        var sector = image.Read(0, Sector, Structure);
        return sector[510] == 0x55 && sector[511] == 0xAA ? sector : null;
    }

    /// <summary>Entries that have a length; their type may be 0, as isohybrid's entry for the ISO beside a GPT.</summary>
    private static List<int> MbrPlaces(ReadOnlySpan<byte> mbr)
    {
        var places = new List<int>();
        for (var at = MbrEntries; at < MbrEntries + (4 * MbrEntry); at += MbrEntry) if (mbr.U32(at + 12) != 0) places.Add(at);
        return places;
    }

    private List<(AppleEntry Entry, int BlockSize)> AppleEntries()
    {
        var found = new List<(AppleEntry, int)>();
        ReadOnlySpan<byte> head = image.Read(0, Sector, Structure);
        if (!head.StartsWith("ER"u8)) return found;
        // isohybrid's map has blocks of 2048 bytes behind a GPT, other programs' 512 bytes, and some both.
        foreach (var size in (ReadOnlySpan<int>)[Sector, IsoVolume.SectorSize])
        {
            for (var i = 1; i <= MostAppleEntries && (long)(i + 1) * size <= image.Length; i++)
            {
                var entry = image.Read((long)i * size, Sector, "Apple partition map");
                if (!entry.AsSpan().StartsWith("PM\0\0"u8)) break;
                found.Add((new((long)i * size, entry), size));
            }
        }

        return found;
    }

    private sealed record AppleEntry(long Offset, byte[] Bytes);
}

/// <summary>A partition in one of the tables, in sectors of 512 bytes.</summary>
internal readonly record struct HybridPlace(long First, long Count)
{
    public long End => First + Count;
}
