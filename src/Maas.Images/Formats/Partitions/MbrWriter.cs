using System.Globalization;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Partitions;

/// <summary>
/// Makes the entries of master and extended boot records (layout: see <see cref="MbrReader"/>), LBA with the addresses in cylinders
/// that say "see LBA".
/// </summary>
internal static class MbrWriter
{
    public const int EntriesOffset = 446;

    private const int Sector = 512;
    private const int EntrySize = 16;
    private const int DiskIdOffset = 440;
    private const byte ProtectiveType = 0xEE;
    private const byte ExtendedType = 0x0F;
    private const long LongestGap = 1 << 20;

    /// <summary>
    /// The protective MBR of a GPT (UEFI 2.10, 5.2.3): one entry over the whole disk, or the partitions of a hybrid one behind it.
    /// </summary>
    public static byte[] Protective(PartitionTable table, long lastSector)
    {
        if (table.Hybrid.Count > 3) throw new ArgumentException("A hybrid MBR has room for three partitions.");
        var bytes = new byte[Sector - EntriesOffset];
        (bytes[64], bytes[65]) = (0x55, 0xAA);
        var shown =
            table.Hybrid.Select(entry =>
                (Entry: entry, Partition: table.Partitions.FirstOrDefault(partition => partition.Number == entry.Number)
            ?? throw new ArgumentException($"There is no partition {entry.Number} for the hybrid MBR."))).ToList();
        var covered = shown.Count == 0 ? lastSector : (shown.Min(pair => pair.Partition.Offset) / table.SectorSize) - 1;
        WriteEntry(bytes, 0, false, ProtectiveType, 1, Math.Min(covered, uint.MaxValue));
        bytes.AsSpan(1, 3).Clear();
        bytes[2] = 2; // sector 1 in cylinders, heads and sectors, which the specification asks of this entry
        for (var i = 0; i < shown.Count; i++)
            WriteEntry(
                bytes,
                i + 1,
                shown[i].Entry.IsActive,
                shown[i].Entry.MbrType,
                shown[i].Partition.Offset / table.SectorSize,
                shown[i].Partition.Length / table.SectorSize);
        return bytes;
    }

    public static IReadOnlyList<DiskPatch> Write(PartitionTable table)
    {
        var patches = new List<DiskPatch>();
        var record = new byte[Sector - DiskIdOffset];
        ((Span<byte>)record).U32(0, uint.Parse(table.DiskId, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        (record[^2], record[^1]) = (0x55, 0xAA);
        var entries = record.AsSpan(EntriesOffset - DiskIdOffset);
        foreach (var partition in table.Partitions.Where(partition => partition.Number <= 4))
            WriteEntry(
                entries, partition.Number - 1, partition.IsActive, Code(partition), partition.Offset / Sector, partition.Length / Sector);

        var logical = table.Partitions.Where(partition => partition.Number > 4).OrderBy(partition => partition.Number).ToList();
        if (logical.Count > 0)
        {
            var free = Enumerable.Range(1, 4).FirstOrDefault(number => table.Partitions.All(partition => partition.Number != number));
            if (free == 0) throw new ArgumentException("Four primary partitions leave no entry for the logical ones.");
            var records = logical.ConvertAll(partition => RecordOf(partition, table));
            var end = logical.Max(partition => partition.End);
            if (table.Partitions.Any(partition => partition.Number <= 4 && partition.Offset < end && partition.Offset >= records[0]))
                throw new ArgumentException("A primary partition is between the logical ones.");
            WriteEntry(entries, free - 1, false, ExtendedType, records[0] / Sector, (end - records[0]) / Sector);
            for (var i = 0; i < logical.Count; i++) patches.Add(new(records[i], Extended(logical, records, i)));
        }

        patches.Add(new(DiskIdOffset, record));
        return patches;
    }

    /// <summary>One logical partition, relative to its record, and the link to the next record, relative to the first.</summary>
    private static byte[] Extended(List<Partition> logical, List<long> records, int index)
    {
        var bytes = new byte[Sector];
        (bytes[510], bytes[511]) = (0x55, 0xAA);
        var partition = logical[index];
        WriteEntry(
            bytes.AsSpan(EntriesOffset),
            0,
            partition.IsActive,
            Code(partition),
            (partition.Offset - records[index]) / Sector,
            partition.Length / Sector);
        if (index + 1 < logical.Count)
            WriteEntry(
                bytes.AsSpan(EntriesOffset),
                1,
                false,
                0x05,
                (records[index + 1] - records[0]) / Sector,
                (logical[index + 1].End - records[index + 1]) / Sector);
        return bytes;
    }

    /// <summary>
    /// The position of the record of a logical partition: 1 MiB before the partition, or directly after a structure that is closer.
    /// </summary>
    private static long RecordOf(Partition partition, PartitionTable table)
    {
        var before = table.Partitions.Where(other => other.End <= partition.Offset).Select(other => other.End).DefaultIfEmpty(Sector).Max();
        var place = Math.Max(before, partition.Offset - LongestGap);
        return place < partition.Offset
            ? place
            : throw new ArgumentException($"There is no sector in front of partition {partition.Number} for its record.");
    }

    private static byte Code(Partition partition) =>
        partition.MbrType ?? throw new ArgumentException($"Partition {partition.Number} has no MBR type.");

    private static void WriteEntry(Span<byte> entries, int index, bool active, byte type, long first, long count)
    {
        if (first > uint.MaxValue || count > uint.MaxValue)
            throw new ArgumentException($"An MBR reaches 2 TiB, not sector {first + count}.");
        var entry = entries.Slice(index * EntrySize, EntrySize);
        entry[0] = active ? (byte)0x80 : (byte)0;
        ReadOnlySpan<byte> seeLba = [0xFE, 0xFF, 0xFF];
        seeLba.CopyTo(entry[1..]);
        entry[4] = type;
        seeLba.CopyTo(entry[5..]);
        if (type == ProtectiveType) entry[5] = 0xFF;
        entry.U32(8, (uint)first);
        entry.U32(12, (uint)count);
    }
}
