using System.Security.Cryptography;
using System.Text;

namespace Maas.Images.Formats.Partitions;

public sealed partial record PartitionTable
{
    private const long Alignment = 1 << 20;
    private const int MostPrimaries = 4;

    /// <summary>
    /// Lays partitions out one behind the other, each at a whole MiB, numbered in their order. On an MBR the fourth and what follows are
    /// logical (from 5) when there are more than four.
    /// </summary>
    /// <param name="scheme">GPT or MBR.</param>
    /// <param name="diskId">The disk's identity; an MBR takes its first 32 bits.</param>
    /// <param name="diskLength">Bytes of the disk.</param>
    /// <param name="partitions">What to make.</param>
    /// <param name="sectorSize">512 or 4096; an MBR counts in 512.</param>
    /// <exception cref="ArgumentException">They do not fit, or one is not what the scheme can hold.</exception>
    public static PartitionTable Create(
        PartitionScheme scheme,
        Guid diskId,
        long diskLength,
        IReadOnlyList<NewPartition> partitions,
        int sectorSize = 512)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        if (sectorSize is not (512 or 4096) || (scheme == PartitionScheme.Mbr && sectorSize != 512))
            throw new ArgumentException($"Sectors of {sectorSize} bytes.", nameof(sectorSize));
        var gpt = scheme == PartitionScheme.Gpt;
        var firstLogical = gpt || partitions.Count <= MostPrimaries ? int.MaxValue : MostPrimaries - 1;
        var table = new PartitionTable
        {
            Scheme = scheme,
            SectorSize = sectorSize,
            DiskId = gpt ? diskId.ToString() : diskId.ToString("N")[..8],
            Partitions = [],
        };
        var made = new List<Partition>();
        var at = Alignment;
        for (var i = 0; i < partitions.Count; i++)
        {
            var wanted = partitions[i];
            if (i >= firstLogical) at += Alignment; // for the record in front of it
            var length = wanted.Length is { } bytes ? (bytes + Alignment - 1) / Alignment * Alignment
                : i == partitions.Count - 1 ? (table.UsableEnd(diskLength) - at) / Alignment * Alignment
                : throw new ArgumentException("Only the last partition can take what is left.", nameof(partitions));
            made.Add(table.Make(wanted, i < firstLogical ? i + 1 : i + 5 - firstLogical, at, length, diskId));
            at += length;
        }

        table = table with { Partitions = made };
        table.Check(diskLength);
        return table;
    }

    /// <summary>The table for a disk that has become larger: one partition takes the room behind it, in whole MiB.</summary>
    /// <param name="diskLength">Bytes of the disk now.</param>
    /// <param name="number">The partition that grows; <see langword="null"/> for the one that ends last.</param>
    /// <exception cref="ArgumentException">There is no such partition, or the disk is too small for the table.</exception>
    public PartitionTable Grow(long diskLength, int? number = null)
    {
        if (Partitions.Count == 0 && number is null)
        {
            Check(diskLength);
            return this with { FromBackup = false };
        }

        var growing = number is { } wanted
            ? Partitions.FirstOrDefault(partition => partition.Number == wanted)
                ?? throw new ArgumentException($"There is no partition {wanted}.", nameof(number))
            : Partitions.MaxBy(partition => partition.End)!; // there is one
        var next = Partitions.Where(partition => partition.Offset >= growing.End).MinBy(partition => partition.Offset);
        var end = next is null ? UsableEnd(diskLength)
            : next.Number > MostPrimaries && Scheme == PartitionScheme.Mbr ? next.Offset - Alignment
            : next.Offset;
        end = end / Alignment * Alignment;
        var grown = growing with { Length = Math.Max(growing.Length, end - growing.Offset) };
        var table = this with
        {
            Partitions = [.. Partitions.Select(partition => partition == growing ? grown : partition)],
            FromBackup = false
        };
        table.Check(diskLength);
        return table;
    }

    /// <summary>The byte behind the last that a partition may have.</summary>
    private long UsableEnd(long diskLength) => Scheme == PartitionScheme.Gpt
        ? (diskLength / SectorSize * SectorSize) - SectorSize - GptWriter.EntriesLength(this)
        : Math.Min(diskLength, uint.MaxValue * 512L) / 512 * 512;

    private Partition Make(NewPartition wanted, int number, long offset, long length, Guid diskId)
    {
        var gpt = Scheme == PartitionScheme.Gpt;
        if (!gpt && (wanted.Name.Length != 0 || wanted.Id != Guid.Empty || wanted.Attributes != 0))
            throw new ArgumentException("An MBR keeps no names, GUIDs and attributes.");
        byte? code = gpt
            ? null
            : PartitionTypes.MbrCodeOf(wanted.Type)
                ?? throw new ArgumentException($"No MBR code is known for {PartitionTypes.NameOf(wanted.Type)}.");
        return new Partition
        {
            Number = number,
            Offset = offset,
            Length = length,
            Type = code is { } mbr ? PartitionTypes.Mbr(mbr) : wanted.Type,
            MbrType = code,
            Id = !gpt ? Guid.Empty : wanted.Id != Guid.Empty ? wanted.Id : DerivedId(diskId, number),
            Name = wanted.Name,
            Attributes = wanted.Attributes | (gpt && wanted.IsActive ? GptWriter.LegacyBoot : 0),
            IsActive = wanted.IsActive,
        };
    }

    /// <summary>A GUID of version 8 (RFC 9562, 5.8): a hash of the disk's own and the number.</summary>
    private static Guid DerivedId(Guid diskId, int number)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{diskId:N} {number}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>The rules for every table, read or created.</summary>
    private void Check(long diskLength)
    {
        var start = Scheme == PartitionScheme.Gpt ? (2L * SectorSize) + GptWriter.EntriesLength(this) : 512;
        var end = UsableEnd(diskLength);
        Partition? before = null;
        foreach (var partition in Partitions.OrderBy(partition => partition.Offset))
        {
            if (partition.Length <= 0 || partition.Offset < start || partition.End > end)
                throw new ArgumentException($"Partition {partition.Number}, {partition.Length} bytes at {partition.Offset}, does not " +
                    $"fit on a disk of {diskLength}.");
            if (partition.Offset % SectorSize != 0 || partition.Length % SectorSize != 0)
                throw new ArgumentException($"Partition {partition.Number} is not of whole sectors.");
            if (before is not null && partition.Offset < before.End)
                throw new ArgumentException($"Partitions {before.Number} and {partition.Number} overlap.");
            if (partition.Name.Length > GptBytes.LongestName)
                throw new ArgumentException(
                    $"The name of partition {partition.Number} is longer than {GptBytes.LongestName} UTF-16 units.");
            before = partition;
        }

        if (Partitions.DistinctBy(partition => partition.Number).Count() != Partitions.Count
            || Partitions.Any(partition => partition.Number < 1))
            throw new ArgumentException("The partitions' numbers are not distinct and from 1.");
    }
}
