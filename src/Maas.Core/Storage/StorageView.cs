namespace Maas.Core.Storage;

/// <summary>What MAAS's API shows of devices and groups in addition to what is stored: paths, uses, and sizes.</summary>
public static class StorageView
{
    /// <summary>The path of a device on the installed system.</summary>
    public static string PathOf(StorageConfig config, BlockDevice device) => $"/dev/disk/by-dname/{StorageNames.NameOf(config, device)}";

    /// <summary>The path of a partition on the installed system.</summary>
    public static string PathOf(StorageConfig config, BlockDevice device, DiskPartition partition) =>
        $"{PathOf(config, device)}-part{partition.Number}";

    /// <summary>What a device is used for, in MAAS's words.</summary>
    public static string UsedFor(StorageConfig config, BlockDevice device) =>
        device.FileSystem is { } fileSystem ? UsedFor(config, fileSystem)
        : device.PartitionTable is not { } table ? "Unused"
        : $"{StorageNames.NameOf(table)} partitioned with {device.Partitions.Count} partition{(device.Partitions.Count > 1 ? "s" : "")}";

    /// <summary>What a partition is used for, in MAAS's words.</summary>
    public static string UsedFor(StorageConfig config, DiskPartition partition) =>
        partition.FileSystem is { } fileSystem ? UsedFor(config, fileSystem) : "Unused";

    /// <summary>The bytes of a device that can still be used.</summary>
    public static long AvailableSize(StorageConfig config, BlockDevice device) => device.FileSystem is not null
        ? 0
        : IsPartitionable(config, device) ? PartitionTables.Available(config.Platform, device) : device.Size;

    /// <summary>The bytes of a device that are used.</summary>
    public static long UsedSize(StorageConfig config, BlockDevice device) => device.FileSystem is not null
        ? device.Size
        : device.PartitionTable is null ? 0 : device.Size - AvailableSize(config, device);

    /// <summary>The size of a group in bytes.</summary>
    public static long SizeOf(StorageConfig config, FileSystemGroup group) => GroupSizes.SizeOf(config, group);

    /// <summary>The bytes of a volume group that its logical volumes leave.</summary>
    public static long AvailableSize(StorageConfig config, FileSystemGroup group) => GroupSizes.FreeSpace(config, group);

    /// <summary>A size for people, in decimal units (<c>1.5 GB</c>).</summary>
    public static string HumanSize(long bytes) => StorageSize.ToText(bytes);

    /// <summary>The devices that a group provides: one of a RAID or a bcache, any number of a volume group.</summary>
    public static IReadOnlyList<BlockDevice> DevicesOf(StorageConfig config, FileSystemGroup group) => [.. config.DevicesOf(group.Id)];

    /// <summary>The devices and partitions that have a role in a group.</summary>
    public static IReadOnlyList<StorageTarget> MembersOf(StorageConfig config, FileSystemGroup group, FileSystemType role) =>
        [.. config.MembersOf(group.Id).Where(member => member.FileSystem.Type == role).Select(member => member.Target)];

    /// <summary>The device or partition of a cache set.</summary>
    public static StorageTarget? DeviceOf(StorageConfig config, CacheSet set) =>
        config.Carried.Where(item => item.FileSystem.CacheSet == set.Id).Select(item => item.Target).FirstOrDefault();

    /// <summary>The disk that the node boots from: the chosen one, else the first one of at least 512 MiB that is not removable.</summary>
    public static BlockDevice? BootDiskOf(StorageConfig config) => config.BootDevice;

    private static bool IsPartitionable(StorageConfig config, BlockDevice device) =>
        config.FindGroup(device.Group)?.Type is not (FileSystemGroupType.VolumeGroup or FileSystemGroupType.Bcache);

    private static string UsedFor(StorageConfig config, FileSystem fileSystem)
    {
        var type = StorageNames.NameOf(fileSystem.Type);
        if (fileSystem.MountPoint is { } point) return $"{type} formatted filesystem mounted at {point}";
        var group = config.FindGroup(fileSystem.Group);
        return fileSystem.Type switch
        {
            FileSystemType.LvmPhysicalVolume => $"LVM volume for {group?.Name}",
            FileSystemType.Raid when group is not null => $"Active {StorageNames.NameOf(group.Type)} device for {group.Name}",
            FileSystemType.RaidSpare when group is not null => $"Spare {StorageNames.NameOf(group.Type)} device for {group.Name}",
            FileSystemType.BcacheBacking => $"Backing device for {group?.Name}",
            FileSystemType.BcacheCache when config.FindCacheSet(fileSystem.CacheSet) is { } set =>
                $"Cache device for {StorageNames.NameOf(config, set)}",
            _ => $"Unmounted {type} formatted filesystem",
        };
    }
}
