namespace Maas.Images.Formats.Partitions;

/// <summary>A partition to be made; where it begins is decided by <see cref="PartitionTable.Create"/>.</summary>
public sealed record NewPartition
{
    /// <summary>Bytes, rounded up to whole MiB; <see langword="null"/> is all that is left, and only for the last.</summary>
    public long? Length { get; init; }

    /// <summary>What it is for, of <see cref="PartitionTypes"/>; an MBR takes the code that goes with it. Linux data unless set.</summary>
    public Guid Type { get; init; } = PartitionTypes.LinuxData;

    /// <summary>The partition's own GUID on a GPT; empty makes one of the disk's GUID and the number, the same every time.</summary>
    public Guid Id { get; init; }

    /// <summary>The GPT name, up to 36 UTF-16 units.</summary>
    public string Name { get; init; } = "";

    /// <summary>The GPT attribute bits.</summary>
    public ulong Attributes { get; init; }

    /// <summary>Whether a BIOS boots it.</summary>
    public bool IsActive { get; init; }
}
