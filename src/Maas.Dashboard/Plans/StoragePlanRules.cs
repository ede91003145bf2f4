using System.Globalization;
using Maas.Core;
using Maas.Core.Storage;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Plans;

/// <summary>The changes of the storage form: each is a sequence of Core's rules, made as one.</summary>
internal static class StoragePlanRules
{
    /// <summary>The file systems of the form; the empty name chooses no file system.</summary>
    public static IReadOnlyList<string> FileSystems { get; } = ["", "ext4", "xfs", "btrfs", "fat32", "swap"];

    /// <summary>The RAID levels of the form.</summary>
    public static IReadOnlyList<string> RaidLevels { get; } = ["raid-1", "raid-0", "raid-5", "raid-6", "raid-10"];

    /// <summary>Adds a partition, with a file system and a mount point if they are given.</summary>
    public static StorageResult AddPartition(StorageConfig config, long device, string size, FileSystemChoice use, IIdSource ids) =>
        Then(
            PartitionRules.Create(config, device, new PartitionRequest { Size = OrNull(size) }, ids),
            (changed, id) => Use(changed, new StorageTarget.Partition(id), use, ids));

    /// <summary>Replaces what a device or partition is formatted with, and where that is mounted.</summary>
    public static StorageResult Format(StorageConfig config, StorageTarget target, FileSystemChoice use, IIdSource ids)
    {
        var found = FileSystemOf(config, target);
        if (use.FileSystem.Length == 0 && found is null)
            return new StorageResult.Refused("", "It has no file system.");
        StorageResult result = new StorageResult.Changed(config, 0);
        if (found?.MountPoint is not null) result = FileSystemRules.Unmount(config, target);
        if (found is not null) result = Then(result, (changed, _) => FileSystemRules.Unformat(changed, target));
        return Then(result, (changed, _) => Use(changed, target, use, ids));
    }

    /// <summary>Adds a RAID of whole devices and partitions.</summary>
    public static StorageResult AddRaid(
        StorageConfig config, string level, string name, IReadOnlyCollection<StorageTarget> members, IIdSource ids) =>
        RaidRules.Create(config, level, Group(name, members), ids);

    /// <summary>Adds a volume group of whole devices and partitions.</summary>
    public static StorageResult AddVolumeGroup(
        StorageConfig config, string name, IReadOnlyCollection<StorageTarget> members, IIdSource ids) =>
        VolumeGroupRules.Create(config, Group(name, members), ids);

    /// <summary>Adds a logical volume, with a file system and a mount point if they are given.</summary>
    public static StorageResult AddVolume(
        StorageConfig config, long group, string name, string size, FileSystemChoice use, IIdSource ids) =>
        Then(
            VolumeGroupRules.CreateLogicalVolume(config, group, new LogicalVolumeRequest(name, OrNull(size)), ids),
            (changed, id) => Use(changed, new StorageTarget.Device(id), use, ids));

    /// <summary>Removes a RAID, a volume group with its volumes, or a bcache.</summary>
    public static StorageResult DeleteGroup(StorageConfig config, FileSystemGroup group) => group.Type switch
    {
        FileSystemGroupType.VolumeGroup => VolumeGroupRules.Delete(config, group.Id),
        FileSystemGroupType.Bcache => BcacheRules.Delete(config, group.Id),
        _ => RaidRules.Delete(config, group.Id),
    };

    /// <summary>What nothing uses: it may become a member of a group.</summary>
    public static IReadOnlyList<(StorageTarget Target, string Name)> Unused(StorageConfig config) =>
    [
        .. from device in config.BlockDevices
           where device.FileSystem is null && device.Partitions.Count == 0
           select ((StorageTarget)new StorageTarget.Device(device.Id), $"{device.Name}, {Units.Bytes(device.Size)}"),
        .. from device in config.BlockDevices
           from partition in device.Partitions
           where partition.FileSystem is null
           select ((StorageTarget)new StorageTarget.Partition(partition.Id), $"{NameOf(device, partition)}, {Units.Bytes(partition.Size)}"),
    ];

    /// <summary>What can have a file system.</summary>
    public static IReadOnlyList<(StorageTarget Target, string Name)> Formattable(StorageConfig config) =>
    [
        .. from device in config.BlockDevices
           where device.Partitions.Count == 0 && !IsMember(device.FileSystem)
           select ((StorageTarget)new StorageTarget.Device(device.Id), device.Name),
        .. from device in config.BlockDevices
           from partition in device.Partitions
           where !IsMember(partition.FileSystem)
           select ((StorageTarget)new StorageTarget.Partition(partition.Id), NameOf(device, partition)),
    ];

    /// <summary>The file system of a target and where it is mounted, in words; <see langword="null"/> when nothing is mounted.</summary>
    public static string? MountOf(StorageConfig config, StorageTarget target) =>
        FileSystemOf(config, target) is { MountPoint: { } point } found ? $"{StorageNames.NameOf(found.Type)} at {point}" : null;

    /// <summary>A partition's name: the device's, and its number.</summary>
    public static string NameOf(BlockDevice device, DiskPartition partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{device.Name}-part{partition.Number}");

    /// <summary>The value of a target in a form.</summary>
    public static string KeyOf(StorageTarget target) => target switch
    {
        StorageTarget.Device device => string.Create(CultureInfo.InvariantCulture, $"device-{device.Id}"),
        StorageTarget.Partition partition => string.Create(CultureInfo.InvariantCulture, $"partition-{partition.Id}"),
        _ => "",
    };

    private static StorageResult Use(StorageConfig config, StorageTarget target, FileSystemChoice use, IIdSource ids)
    {
        var mountPoint = use.MountPoint.Trim();
        if (use.FileSystem.Length == 0)
            return mountPoint.Length == 0
                ? new StorageResult.Changed(config, 0)
                : new StorageResult.Refused("", "Only a file system can be mounted: choose one.");
        var formatted = FileSystemRules.Format(config, target, new FileSystemRequest(use.FileSystem), ids);
        return mountPoint.Length == 0 && use.FileSystem != "swap"
            ? formatted
            : Then(formatted, (changed, _) => FileSystemRules.Mount(changed, target, new MountRequest(mountPoint)));
    }

    private static StorageResult Then(StorageResult result, Func<StorageConfig, long, StorageResult> next) =>
        result is StorageResult.Changed changed ? next(changed.Config, changed.Id) : result;

    private static FileSystem? FileSystemOf(StorageConfig config, StorageTarget target) => target switch
    {
        StorageTarget.Device device => config.BlockDevices.FirstOrDefault(each => each.Id == device.Id)?.FileSystem,
        StorageTarget.Partition partition =>
            config.BlockDevices.SelectMany(each => each.Partitions).FirstOrDefault(each => each.Id == partition.Id)?.FileSystem,
        _ => null,
    };

    private static bool IsMember(FileSystem? fileSystem) => fileSystem is { Group: not null } or { CacheSet: not null };

    private static GroupRequest Group(string name, IReadOnlyCollection<StorageTarget> members) => new()
    {
        Name = OrNull(name),
        BlockDevices = [.. members.OfType<StorageTarget.Device>().Select(each => Text(each.Id))],
        Partitions = [.. members.OfType<StorageTarget.Partition>().Select(each => Text(each.Id))],
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? OrNull(string text) => text.Trim() is { Length: > 0 } trimmed ? trimmed : null;
}
