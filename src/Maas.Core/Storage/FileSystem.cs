using System.Text.Json.Serialization;

namespace Maas.Core.Storage;

/// <summary>A file system, or the role of a device in a group.</summary>
public sealed record FileSystem
{
    /// <summary>Its number, unique among all nodes.</summary>
    public required long Id { get; init; }

    /// <summary>Its type.</summary>
    public required FileSystemType Type { get; init; }

    /// <summary>Its UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its label; empty for none.</summary>
    public string Label { get; init; } = "";

    /// <summary>Where it is mounted; <c>none</c> for swap that is used; <see langword="null"/> when it is not mounted.</summary>
    public string? MountPoint { get; init; }

    /// <summary>Mount options, as in <c>fstab</c>; empty for the defaults.</summary>
    public string MountOptions { get; init; } = "";

    /// <summary>The group that it belongs to; <see langword="null"/> for none.</summary>
    public long? Group { get; init; }

    /// <summary>The cache set that it belongs to; <see langword="null"/> for none.</summary>
    public long? CacheSet { get; init; }
}

/// <summary>The type of a file system, or the role of a device in a group.</summary>
public enum FileSystemType
{
    /// <summary>ext2.</summary>
    [JsonStringEnumMemberName("ext2")]
    Ext2,

    /// <summary>ext4.</summary>
    [JsonStringEnumMemberName("ext4")]
    Ext4,

    /// <summary>XFS.</summary>
    [JsonStringEnumMemberName("xfs")]
    Xfs,

    /// <summary>FAT32.</summary>
    [JsonStringEnumMemberName("fat32")]
    Fat32,

    /// <summary>FAT of whatever width fits.</summary>
    [JsonStringEnumMemberName("vfat")]
    Vfat,

    /// <summary>Swap space.</summary>
    [JsonStringEnumMemberName("swap")]
    Swap,

    /// <summary>ramfs, which has no device.</summary>
    [JsonStringEnumMemberName("ramfs")]
    Ramfs,

    /// <summary>tmpfs, which has no device.</summary>
    [JsonStringEnumMemberName("tmpfs")]
    Tmpfs,

    /// <summary>Btrfs.</summary>
    [JsonStringEnumMemberName("btrfs")]
    Btrfs,

    /// <summary>ZFS with the root file system in it.</summary>
    [JsonStringEnumMemberName("zfsroot")]
    ZfsRoot,

    /// <summary>A physical volume of a volume group.</summary>
    [JsonStringEnumMemberName("lvm-pv")]
    LvmPhysicalVolume,

    /// <summary>An active device of a RAID.</summary>
    [JsonStringEnumMemberName("raid")]
    Raid,

    /// <summary>A spare device of a RAID.</summary>
    [JsonStringEnumMemberName("raid-spare")]
    RaidSpare,

    /// <summary>The device of a cache set.</summary>
    [JsonStringEnumMemberName("bcache-cache")]
    BcacheCache,

    /// <summary>The backing device of a bcache.</summary>
    [JsonStringEnumMemberName("bcache-backing")]
    BcacheBacking,
}
