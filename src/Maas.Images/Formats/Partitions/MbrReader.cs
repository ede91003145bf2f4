using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Partitions;

/// <summary>
/// A master boot record: four entries at 446, the signature 55 AA at 510; an extended partition (05, 0F, 85) is a chain of
/// such sectors, each with one logical partition and the link to the next.
/// <code>
/// 440 disk id   446 entries of 16: 0 active (80 or 00)  4 type  8 first sector  12 sectors
/// </code>
/// A boot sector of a FAT file system ends in the same 55 AA; what has impossible entries is no MBR.
/// </summary>
internal static class MbrReader
{
    private const int Sector = 512;
    private const int MostLogical = 256;
    private const byte Protective = 0xEE;

    public static PartitionTable? Read(RandomAccessSource disk)
    {
        Span<byte> sector = stackalloc byte[Sector];
        if (!IsMbr(disk, sector)) return null;

        var partitions = new List<Partition>();
        for (var i = 0; i < 4; i++)
        {
            var entry = Entry.At(sector, i);
            if (entry.IsExtended) ReadLogical(disk, entry.First, partitions);
            else if (entry.Type != 0) partitions.Add(entry.ToPartition(i + 1, 0));
        }

        return partitions.Count == 0 ? null : new PartitionTable
        {
            Scheme = PartitionScheme.Mbr,
            SectorSize = Sector,
            DiskId = ((ReadOnlySpan<byte>)sector).U32(440).ToString("x8"),
            Partitions = [.. partitions.OrderBy(partition => partition.Number)],
        };
    }

    public static bool HasProtectiveEntry(RandomAccessSource disk)
    {
        Span<byte> sector = stackalloc byte[Sector];
        if (!IsMbr(disk, sector)) return false;
        for (var i = 0; i < 4; i++) if (Entry.At(sector, i).Type == Protective) return true;
        return false;
    }

    /// <summary>The partitions of a GPT that the MBR shows too.</summary>
    public static IReadOnlyList<HybridEntry> ReadHybrid(RandomAccessSource disk, List<Partition> partitions, int sectorSize)
    {
        Span<byte> sector = stackalloc byte[Sector];
        var shown = new List<HybridEntry>();
        if (!IsMbr(disk, sector)) return shown;
        for (var i = 0; i < 4; i++)
        {
            var entry = Entry.At(sector, i);
            if (entry.Type is not (0 or Protective)
                && partitions.Find(partition => partition.Offset == (long)entry.First * sectorSize) is { } same)
                shown.Add(new HybridEntry(same.Number, entry.Type, entry.Flag == 0x80));
        }

        return shown.Count <= 3 ? shown : [];
    }

    private static bool IsMbr(RandomAccessSource disk, Span<byte> sector)
    {
        if (disk.Read(0, sector) != Sector || sector[510] != 0x55 || sector[511] != 0xAA) return false;
        for (var i = 0; i < 4; i++)
        {
            var entry = Entry.At(sector, i);
            if ((entry.Flag & 0x7F) != 0) return false;
            if (entry.Type != 0 && (entry.Count == 0 || (long)entry.First * Sector >= disk.Length)) return false;
        }

        return true;
    }

    private static void ReadLogical(RandomAccessSource disk, uint start, List<Partition> partitions)
    {
        const string structure = "extended boot record";
        Span<byte> sector = stackalloc byte[Sector];
        var number = 5;
        for (long at = start, links = 0; ; links++)
        {
            if (links == MostLogical)
                throw new InvalidImageException(structure, "the chain of logical partitions does not end", at * Sector);
            disk.ReadExactly(at * Sector, sector, structure);
            if (sector[510] != 0x55 || sector[511] != 0xAA) throw new InvalidImageException(structure, "it has no signature", at * Sector);
            var logical = Entry.At(sector, 0);
            if (logical.Type != 0 && logical.Count != 0) partitions.Add(logical.ToPartition(number++, at));
            var next = Entry.At(sector, 1);
            if (!next.IsExtended || next.First == 0) return;
            at = start + (long)next.First;
        }
    }

    private readonly record struct Entry(byte Flag, byte Type, uint First, uint Count)
    {
        public bool IsExtended => Type is 0x05 or 0x0F or 0x85;

        public static Entry At(ReadOnlySpan<byte> sector, int index)
        {
            var entry = sector.Slice(446 + (index * 16), 16);
            return new Entry(Flag: entry[0], Type: entry[4], First: entry.U32(8), Count: entry.U32(12));
        }

        public Partition ToPartition(int number, long relativeTo) => new()
        {
            Number = number,
            Offset = (relativeTo + First) * Sector,
            Length = (long)Count * Sector,
            Type = PartitionTypes.Mbr(Type),
            MbrType = Type,
            IsActive = Flag == 0x80,
        };
    }
}
