using System.Text;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Partitions;

/// <summary>
/// A GUID partition table (UEFI 2.10, section 5.3.2): a header in the second sector and one in the last.
/// <code>
///  0 "EFI PART"   8 revision       12 header size    16 header CRC-32 (itself as 0)
/// 24 my LBA      32 alternate LBA  40 first usable   48 last usable   56 disk GUID
/// 72 entries LBA 80 entry count    84 entry size     88 entries' CRC-32
/// entry: 0 type GUID  16 own GUID  32 first LBA  40 last LBA  48 attributes  56 name, UTF-16LE, 36 units
/// </code>
/// </summary>
internal static class GptReader
{
    private const int LeastHeader = 92;
    private const int MostEntryBytes = 1 << 20;
    private const string Structure = "GPT header";

    public static ReadOnlySpan<byte> Signature => "EFI PART"u8;

    public static PartitionTable? Read(RandomAccessSource disk)
    {
        foreach (var sector in (ReadOnlySpan<int>)[512, 4096])
        {
            if (!HasSignature(disk, sector)) continue;
            try
            {
                return ReadAt(disk, sector, sector, backup: false);
            }
            catch (InvalidImageException)
            {
                if (ReadBackup(disk, sector) is { } second) return second;
                throw;
            }
        }

        // A wiped first header: the protective MBR still says that there is a GPT, and its second copy holds.
        return MbrReader.HasProtectiveEntry(disk) ? ReadBackup(disk, 512) ?? ReadBackup(disk, 4096) : null;
    }

    private static PartitionTable? ReadBackup(RandomAccessSource disk, int sector)
    {
        var last = (disk.Length / sector * sector) - sector;
        if (last <= sector || !HasSignature(disk, last)) return null;
        try
        {
            return ReadAt(disk, last, sector, backup: true);
        }
        catch (InvalidImageException)
        {
            return null;
        }
    }

    private static bool HasSignature(RandomAccessSource disk, long offset)
    {
        Span<byte> found = stackalloc byte[8];
        return disk.Read(offset, found) == 8 && found.SequenceEqual(Signature);
    }

    private static PartitionTable ReadAt(RandomAccessSource disk, long offset, int sector, bool backup)
    {
        ReadOnlySpan<byte> header = disk.Read(offset, sector, Structure);
        var size = (int)header.U32(12);
        if (size is < LeastHeader || size > sector) throw new InvalidImageException(Structure, $"its size is {size}", offset);
        var summed = header[..size].ToArray();
        summed.AsSpan(16, 4).Clear();
        if (Checksums.Crc32(summed) != header.U32(16)) throw new InvalidImageException(Structure, "its CRC does not match", offset);
        if (header.U64(24) != (ulong)(offset / sector))
            throw new InvalidImageException(Structure, "it names another sector as its own", offset);

        var (count, entrySize) = (header.U32(80), header.U32(84));
        if (entrySize is < 128 || entrySize % 8 != 0 || count * (ulong)entrySize > MostEntryBytes)
            throw new InvalidImageException(Structure, $"{count} entries of {entrySize} bytes", offset);
        var entriesAt = Position(header.U64(72), sector, disk, Structure);
        var entries = disk.Read(entriesAt, (int)(count * entrySize), "GPT entries");
        if (Checksums.Crc32(entries) != header.U32(88))
            throw new InvalidImageException("GPT entries", "their CRC does not match", entriesAt);

        var partitions = new List<Partition>();
        for (var i = 0; i < count; i++)
        {
            if (ReadEntry(
                entries.AsSpan(i * (int)entrySize, (int)entrySize), i + 1, sector, disk, entriesAt + (i * entrySize)) is { } partition)
                partitions.Add(partition);
        }

        return new PartitionTable
        {
            Scheme = PartitionScheme.Gpt,
            SectorSize = sector,
            DiskId = new Guid(header.Slice(56, 16)).ToString(),
            Partitions = partitions,
            Hybrid = MbrReader.ReadHybrid(disk, partitions, sector),
            FromBackup = backup,
        };
    }

    private static Partition? ReadEntry(ReadOnlySpan<byte> entry, int number, int sector, RandomAccessSource disk, long offset)
    {
        var type = new Guid(entry[..16]);
        if (type == Guid.Empty) return null;
        var (first, last) = (entry.U64(32), entry.U64(40));
        var start = Position(first, sector, disk, "GPT entry");
        if (last < first || last - first > (ulong)(long.MaxValue / sector) - 1)
            throw new InvalidImageException("GPT entry", $"it runs from sector {first} to {last}", offset);
        var attributes = entry.U64(48);
        return new Partition
        {
            Number = number,
            Offset = start,
            Length = (long)(last - first + 1) * sector,
            Type = type,
            Id = new Guid(entry.Slice(16, 16)),
            Name = Encoding.Unicode.GetString(entry.Slice(56, 72)).TrimEnd('\0'),
            Attributes = attributes,
            IsActive = (attributes & 4) != 0,
        };
    }

    private static long Position(ulong lba, int sector, RandomAccessSource disk, string structure) =>
        lba <= (ulong)(disk.Length / sector)
            ? (long)lba * sector
            : throw new InvalidImageException(structure, $"it points to sector {lba}, behind the end");
}
