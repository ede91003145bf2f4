namespace Maas.Core.Storage;

/// <summary>
/// The disks of one node and what is planned on them. Immutable: the rules (<see cref="PartitionRules"/>, <see cref="FileSystemRules"/>,
/// <see cref="VolumeGroupRules"/>, <see cref="RaidRules"/>, <see cref="BcacheRules"/>, <see cref="BlockDeviceRules"/> and
/// <see cref="StorageLayouts"/>) return a new configuration or a refusal. Nothing here reads or writes a disk.
/// </summary>
public sealed record StorageConfig
{
    /// <summary>How the node boots.</summary>
    public BootPlatform Platform { get; init; } = new("amd64", IsUefi: true);

    /// <summary>The disk that the operator chose as boot disk; <see langword="null"/> for the first suitable one.</summary>
    public long? BootDisk { get; init; }

    /// <summary>Disks, and the virtual devices that volume groups, RAIDs and bcaches provide; ordered by id.</summary>
    public IReadOnlyList<BlockDevice> BlockDevices { get; init; } = [];

    /// <summary>Volume groups, RAIDs and bcaches. Their members are the file systems that name them.</summary>
    public IReadOnlyList<FileSystemGroup> Groups { get; init; } = [];

    /// <summary>Bcache cache sets. Their device is the file system that names them.</summary>
    public IReadOnlyList<CacheSet> CacheSets { get; init; } = [];

    /// <summary>File systems without a device (tmpfs, ramfs).</summary>
    public IReadOnlyList<FileSystem> SpecialFileSystems { get; init; } = [];
}
