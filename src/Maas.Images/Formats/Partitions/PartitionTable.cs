using Maas.Images.ByteSources;

namespace Maas.Images.Formats.Partitions;

/// <summary>How a disk is divided.</summary>
public enum PartitionScheme
{
    /// <summary>A master boot record (DOS label), with the logical partitions of an extended one.</summary>
    Mbr,

    /// <summary>A GUID partition table (UEFI 2.10, section 5.3).</summary>
    Gpt,
}

/// <summary>
/// A disk's partition table: one that was read, checked; or one that was made, to be written. It is a value: <see cref="Create"/> and
/// <see cref="Grow"/> make another one, and <see cref="ToPatches"/> says which bytes it is.
/// </summary>
/// <example>
/// <code>
/// var table = PartitionTable.Create(PartitionScheme.Gpt, diskId, disk.Length,
/// [
///     new() { Type = PartitionTypes.EfiSystem, Length = 64 &lt;&lt; 20, Name = "ESP" },
///     new() { Type = PartitionTypes.LinuxRootX64, Name = "root" },
/// ]);
/// await table.WriteAsync(disk);
/// </code>
/// </example>
public sealed partial record PartitionTable
{
    /// <summary>GPT or MBR. A hybrid disk is read by its GPT.</summary>
    public required PartitionScheme Scheme { get; init; }

    /// <summary>Bytes of a sector, as the table's addresses count them: 512 or 4096.</summary>
    public required int SectorSize { get; init; }

    /// <summary>The disk's own identity: a GUID, or 8 hexadecimal digits of an MBR; empty if it has none.</summary>
    public string DiskId { get; init; } = "";

    /// <summary>The partitions by number; extended containers are not among them, their logical partitions are (from 5).</summary>
    public required IReadOnlyList<Partition> Partitions { get; init; }

    /// <summary>
    /// The partitions, at most three, that a GPT disk's MBR shows beside the protective entry; none unless it is a hybrid one.
    /// </summary>
    public IReadOnlyList<HybridEntry> Hybrid { get; init; } = [];

    /// <summary>Whether the GPT was read from its second copy at the end, because the first is damaged.</summary>
    public bool FromBackup { get; init; }

    /// <summary>Reads a disk's table: a GPT if there is one, else an MBR; null for a bare file system, which has neither.</summary>
    internal static PartitionTable? Read(RandomAccessSource disk) => GptReader.Read(disk) ?? MbrReader.Read(disk);
}
