using System.Text.Json.Serialization;

namespace Maas.Core.Storage;

/// <summary>A volume group, a RAID or a bcache: it makes virtual block devices of other devices.</summary>
public sealed record FileSystemGroup
{
    /// <summary>Its number, unique among all nodes.</summary>
    public required long Id { get; init; }

    /// <summary>Its type.</summary>
    public required FileSystemGroupType Type { get; init; }

    /// <summary>Its name; that of the virtual device of a RAID or a bcache is the same.</summary>
    public required string Name { get; init; }

    /// <summary>Its UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>How a bcache writes; <see langword="null"/> for other types.</summary>
    public CacheMode? CacheMode { get; init; }

    /// <summary>The cache set of a bcache; <see langword="null"/> for other types.</summary>
    public long? CacheSet { get; init; }
}

/// <summary>A bcache cache set. Its device is the file system that names it, its name is <c>cache</c> and its place in the list.</summary>
/// <param name="Id">Its number, unique among all nodes.</param>
public sealed record CacheSet(long Id);

/// <summary>The type of a group.</summary>
public enum FileSystemGroupType
{
    /// <summary>LVM volume group.</summary>
    [JsonStringEnumMemberName("lvm-vg")]
    VolumeGroup,

    /// <summary>Striped, without redundancy.</summary>
    [JsonStringEnumMemberName("raid-0")]
    Raid0,

    /// <summary>Mirrored.</summary>
    [JsonStringEnumMemberName("raid-1")]
    Raid1,

    /// <summary>One parity block.</summary>
    [JsonStringEnumMemberName("raid-5")]
    Raid5,

    /// <summary>Two parity blocks.</summary>
    [JsonStringEnumMemberName("raid-6")]
    Raid6,

    /// <summary>Mirrored and striped.</summary>
    [JsonStringEnumMemberName("raid-10")]
    Raid10,

    /// <summary>A slow device behind a cache.</summary>
    [JsonStringEnumMemberName("bcache")]
    Bcache,
}

/// <summary>How a bcache writes.</summary>
public enum CacheMode
{
    /// <summary>To the cache first, to the backing device later.</summary>
    [JsonStringEnumMemberName("writeback")]
    Writeback,

    /// <summary>To both.</summary>
    [JsonStringEnumMemberName("writethrough")]
    Writethrough,

    /// <summary>To the backing device only.</summary>
    [JsonStringEnumMemberName("writearound")]
    Writearound,
}
