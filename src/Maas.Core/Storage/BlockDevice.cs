using System.Text.Json.Serialization;

namespace Maas.Core.Storage;

/// <summary>A disk, or a virtual device that a volume group, a RAID or a bcache provides.</summary>
public sealed record BlockDevice
{
    /// <summary>Its number, unique among all nodes.</summary>
    public required long Id { get; init; }

    /// <summary>Whether it is hardware.</summary>
    public BlockDeviceType Type { get; init; }

    /// <summary>Its name: the kernel's for a disk (<c>sda</c>), the operator's for a virtual device.</summary>
    public required string Name { get; init; }

    /// <summary>Model of a disk; empty when not known.</summary>
    public string Model { get; init; } = "";

    /// <summary>Serial number of a disk; empty when it has none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>A path that is the same at each boot (<c>/dev/disk/by-id/…</c>); empty when not known.</summary>
    public string IdPath { get; init; } = "";

    /// <summary>Size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Block size in bytes.</summary>
    public int BlockSize { get; init; } = 512;

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>NUMA node.</summary>
    public int NumaNode { get; init; }

    /// <summary>UUID of a virtual device; <see langword="null"/> for a disk.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The group that provides a virtual device; <see langword="null"/> for a disk.</summary>
    public long? Group { get; init; }

    /// <summary>The kind of its partition table; <see langword="null"/> without one.</summary>
    public PartitionTableType? PartitionTable { get; init; }

    /// <summary>Its partitions, by number.</summary>
    public IReadOnlyList<DiskPartition> Partitions { get; init; } = [];

    /// <summary>The file system on the whole device; <see langword="null"/> for none.</summary>
    public FileSystem? FileSystem { get; init; }
}

/// <summary>Whether a block device is hardware.</summary>
public enum BlockDeviceType
{
    /// <summary>A disk.</summary>
    [JsonStringEnumMemberName("physical")]
    Physical,

    /// <summary>A logical volume, a RAID or a bcache.</summary>
    [JsonStringEnumMemberName("virtual")]
    Virtual,
}

/// <summary>The kind of a partition table.</summary>
public enum PartitionTableType
{
    /// <summary>GUID partition table.</summary>
    [JsonStringEnumMemberName("GPT")]
    Gpt,

    /// <summary>Master boot record.</summary>
    [JsonStringEnumMemberName("MBR")]
    Mbr,
}
