namespace Maas.Core.Storage;

/// <summary>The name and the members of a group to create. Members are numbers or names, as MAAS's API takes them.</summary>
public sealed record GroupRequest
{
    /// <summary>Its name; <see langword="null"/> for the next free one (<c>md0</c>), which a volume group does not have.</summary>
    public string? Name { get; init; }

    /// <summary>Its UUID; <see langword="null"/> for a random one.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Whole devices.</summary>
    public IReadOnlyList<string> BlockDevices { get; init; } = [];

    /// <summary>Partitions.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];

    /// <summary>Whole devices as spares of a RAID.</summary>
    public IReadOnlyList<string> SpareDevices { get; init; } = [];

    /// <summary>Partitions as spares of a RAID.</summary>
    public IReadOnlyList<string> SparePartitions { get; init; } = [];
}

/// <summary>A change of a group's name and members. Members are numbers or names, as MAAS's API takes them.</summary>
public sealed record GroupUpdate
{
    /// <summary>Its new name; <see langword="null"/> to keep it.</summary>
    public string? Name { get; init; }

    /// <summary>Its new UUID; <see langword="null"/> to keep it.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Whole devices to add.</summary>
    public IReadOnlyList<string> AddBlockDevices { get; init; } = [];

    /// <summary>Partitions to add.</summary>
    public IReadOnlyList<string> AddPartitions { get; init; } = [];

    /// <summary>Whole devices to add to a RAID as spares.</summary>
    public IReadOnlyList<string> AddSpareDevices { get; init; } = [];

    /// <summary>Partitions to add to a RAID as spares.</summary>
    public IReadOnlyList<string> AddSparePartitions { get; init; } = [];

    /// <summary>Whole devices to remove.</summary>
    public IReadOnlyList<string> RemoveBlockDevices { get; init; } = [];

    /// <summary>Partitions to remove.</summary>
    public IReadOnlyList<string> RemovePartitions { get; init; } = [];

    /// <summary>Spare devices of a RAID to remove.</summary>
    public IReadOnlyList<string> RemoveSpareDevices { get; init; } = [];

    /// <summary>Spare partitions of a RAID to remove.</summary>
    public IReadOnlyList<string> RemoveSparePartitions { get; init; } = [];
}

/// <summary>A logical volume to create.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its size, in bytes or with a decimal suffix; <see langword="null"/> for all the space that is left.</param>
/// <param name="Uuid">Its UUID; <see langword="null"/> for a random one.</param>
public sealed record LogicalVolumeRequest(string Name, string? Size = null, Guid? Uuid = null);

/// <summary>
/// A bcache to create or to change. Devices and sets are numbers or names, as MAAS's API takes them; empty values keep what is.
/// </summary>
public sealed record BcacheRequest
{
    /// <summary>Its name; empty for the next free one (<c>bcache0</c>).</summary>
    public string Name { get; init; } = "";

    /// <summary>Its UUID; <see langword="null"/> for a random one.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The device that keeps the data.</summary>
    public string BackingDevice { get; init; } = "";

    /// <summary>The partition that keeps the data.</summary>
    public string BackingPartition { get; init; } = "";

    /// <summary>The cache set.</summary>
    public string CacheSet { get; init; } = "";

    /// <summary><c>writeback</c>, <c>writethrough</c> or <c>writearound</c>.</summary>
    public string CacheMode { get; init; } = "";
}

/// <summary>The device of a cache set, by number or name.</summary>
/// <param name="Device">A whole device; empty for none.</param>
/// <param name="Partition">A partition; empty for none.</param>
public sealed record CacheSetRequest(string Device = "", string Partition = "");
