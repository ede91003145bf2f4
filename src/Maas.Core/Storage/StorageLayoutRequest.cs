namespace Maas.Core.Storage;

/// <summary>
/// A layout with its parameters, as MAAS's API takes them. Sizes are bytes, have a decimal suffix (<c>10G</c>), or are a percentage of the
/// boot disk; empty values are the layout's defaults.
/// </summary>
public sealed record StorageLayoutRequest
{
    /// <summary><c>flat</c>, <c>lvm</c>, <c>bcache</c>, <c>blank</c> or <c>custom</c>.</summary>
    public required string Layout { get; init; }

    /// <summary>Size of <c>/boot</c>; empty for none.</summary>
    public string BootSize { get; init; } = "";

    /// <summary>Size of the partition of the root file system; empty for what is left.</summary>
    public string RootSize { get; init; } = "";

    /// <summary>The number of the disk of the root file system; empty for the boot disk.</summary>
    public string RootDevice { get; init; } = "";

    /// <summary><c>lvm</c>: name of the volume group; empty for <c>vgroot</c>.</summary>
    public string VolumeGroupName { get; init; } = "";

    /// <summary><c>lvm</c>: name of the logical volume; empty for <c>lvroot</c>.</summary>
    public string LogicalVolumeName { get; init; } = "";

    /// <summary><c>lvm</c>: size of the logical volume; empty for the whole group.</summary>
    public string LogicalVolumeSize { get; init; } = "";

    /// <summary><c>bcache</c>: the number of the cache's disk; empty for the smallest one with the tag <c>ssd</c>.</summary>
    public string CacheDevice { get; init; } = "";

    /// <summary><c>bcache</c>: the mode; empty for <c>writethrough</c>.</summary>
    public string CacheMode { get; init; } = "";

    /// <summary><c>bcache</c>: size of the cache's partition; empty for the whole disk.</summary>
    public string CacheSize { get; init; } = "";

    /// <summary><c>bcache</c>: whether the cache uses its disk without a partition.</summary>
    public bool CacheWithoutPartition { get; init; }

    /// <summary><c>bcache</c>: whether a node without a disk for the cache gets the flat layout instead of a refusal.</summary>
    public bool AllowFallback { get; init; }

    /// <summary><c>custom</c>: the description that a commissioning script wrote, JSON with <c>layout</c> and <c>mounts</c>.</summary>
    public string CustomLayout { get; init; } = "";
}
