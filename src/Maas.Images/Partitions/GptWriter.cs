using System.Text;
using Maas.Images.Bytes;

namespace Maas.Images.Partitions;

/// <summary>
/// Makes the bytes of a GUID partition table (the boxes stand at <see cref="GptReader"/>): [MBR][header][entries] … [entries][header].
/// </summary>
internal static class GptWriter
{
    public const int LongestName = 36;
    public const ulong LegacyBoot = 4;

    private const int EntrySize = 128;
    private const int LeastEntries = 128;
    private const int HeaderSize = 92;

    /// <summary>Bytes of the entries, in whole sectors.</summary>
    public static int EntriesLength(PartitionTable table) =>
        ((EntryCount(table) * EntrySize) + table.SectorSize - 1) / table.SectorSize * table.SectorSize;

    public static IReadOnlyList<DiskPatch> Write(PartitionTable table, long diskLength)
    {
        var sector = table.SectorSize;
        var last = (diskLength / sector) - 1;
        var entries = Entries(table);
        var entrySectors = EntriesLength(table) / sector;
        return
        [
            new((last - entrySectors) * sector, entries),
            new(last * sector, Header(table, entries, mine: last, other: 1, entriesAt: last - entrySectors, last)),
            new(2L * sector, entries),
            new(sector, Header(table, entries, mine: 1, other: last, entriesAt: 2, last)),
            new(MbrWriter.EntriesOffset, MbrWriter.Protective(table, last)),
        ];
    }

    private static int EntryCount(PartitionTable table) =>
        Math.Max(LeastEntries, (table.Partitions.Select(partition => partition.Number).DefaultIfEmpty().Max() + 3) / 4 * 4);

    private static byte[] Entries(PartitionTable table)
    {
        var bytes = new byte[EntryCount(table) * EntrySize];
        foreach (var partition in table.Partitions)
        {
            var entry = bytes.AsSpan((partition.Number - 1) * EntrySize, EntrySize);
            partition.Type.TryWriteBytes(entry);
            partition.Id.TryWriteBytes(entry[16..]);
            entry.U64(32, (ulong)(partition.Offset / table.SectorSize));
            entry.U64(40, (ulong)((partition.End / table.SectorSize) - 1));
            entry.U64(48, partition.Attributes);
            Encoding.Unicode.GetBytes(partition.Name, entry[56..]);
        }

        return bytes;
    }

    private static byte[] Header(PartitionTable table, byte[] entries, long mine, long other, long entriesAt, long last)
    {
        var entrySectors = EntriesLength(table) / table.SectorSize;
        var bytes = new byte[table.SectorSize];
        Span<byte> s = bytes;
        GptReader.Signature.CopyTo(s);
        s.U32(8, 0x0001_0000);
        s.U32(12, HeaderSize);
        s.U64(24, (ulong)mine);
        s.U64(32, (ulong)other);
        s.U64(40, (ulong)(2 + entrySectors));
        s.U64(48, (ulong)(last - entrySectors - 1));
        Guid.Parse(table.DiskId).TryWriteBytes(s[56..]);
        s.U64(72, (ulong)entriesAt);
        s.U32(80, (uint)(entries.Length / EntrySize));
        s.U32(84, EntrySize);
        s.U32(88, Checksums.Crc32(entries));
        s.U32(16, Checksums.Crc32(s[..HeaderSize]));
        return bytes;
    }
}
