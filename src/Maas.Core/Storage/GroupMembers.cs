using System.Globalization;

namespace Maas.Core.Storage;

/// <summary>Chooses devices and partitions for groups and cache sets, by number or name as MAAS's API takes them.</summary>
internal static class GroupMembers
{
    /// <summary>Devices with nothing on them, that do not consist of the group themselves.</summary>
    public static IReadOnlyList<BlockDevice> FreeDevices(StorageConfig config, long group = 0) =>
    [
        .. config.BlockDevices.Where(device => device.FileSystem is null && device.Partitions.Count == 0
            && !IsMadeOf(config, device, group)),
    ];

    /// <summary>Partitions with nothing on them, on a device that does not consist of the group.</summary>
    public static IReadOnlyList<(BlockDevice Device, DiskPartition Partition)> FreePartitions(StorageConfig config, long group = 0) =>
    [
        .. config.Partitions.Where(item => item.Partition.FileSystem is null && !IsMadeOf(config, item.Device, group)),
    ];

    /// <summary>Whether a device is provided by the group, directly or through other groups.</summary>
    public static bool IsMadeOf(StorageConfig config, BlockDevice device, long group)
    {
        if (group == 0 || config.FindGroup(device.Group) is not { } own) return false;
        return own.Id == group || BasesOf(config, own)
            .Any(target => config.DeviceOf(target) is { } below && IsMadeOf(config, below, group));
    }

    /// <summary>The members of a group, and the device of its cache set.</summary>
    public static IEnumerable<StorageTarget> BasesOf(StorageConfig config, FileSystemGroup group) =>
        config.Carried
            .Where(item => item.FileSystem.Group == group.Id
                || (group.CacheSet is not null && item.FileSystem.CacheSet == group.CacheSet))
            .Select(item => item.Target);

    /// <summary>Adds the chosen devices to <paramref name="targets"/>, or says which value is at fault.</summary>
    public static StorageResult.Refused? PickDevices(
        StorageConfig config, IReadOnlyList<BlockDevice> choices, string field, IEnumerable<string> values, List<StorageTarget> targets)
    {
        foreach (var value in values)
        {
            var found = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? choices.FirstOrDefault(device => device.Id == id)
                : choices.FirstOrDefault(device => device.Name == value || StorageNames.NameOf(config, device) == value);
            if (found is null || !Add(targets, new StorageTarget.Device(found.Id)))
                return new StorageResult.Refused(field, FormMessages.NotAChoice(value));
        }

        return null;
    }

    /// <summary>Adds the chosen partitions to <paramref name="targets"/>, or says which value is at fault.</summary>
    public static StorageResult.Refused? PickPartitions(
        StorageConfig config,
        IReadOnlyList<(BlockDevice Device, DiskPartition Partition)> choices,
        string field,
        IEnumerable<string> values,
        List<StorageTarget> targets)
    {
        foreach (var value in values)
        {
            var found = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? choices.FirstOrDefault(item => item.Partition.Id == id)
                : choices.FirstOrDefault(item => StorageNames.NameOf(config, item.Device, item.Partition) == value);
            if (found.Partition is null || !Add(targets, new StorageTarget.Partition(found.Partition.Id)))
                return new StorageResult.Refused(field, FormMessages.NotAChoice(value));
        }

        return null;
    }

    /// <summary>Gives devices their role in a group or cache set. The boot disk gets a partition over all of it first.</summary>
    public static StorageResult Enroll(
        StorageConfig config, IEnumerable<StorageTarget> targets, FileSystemType role, long? group, long? cacheSet, IIdSource ids)
    {
        foreach (var target in targets)
        {
            var carrier = target;
            if (target is StorageTarget.Device device && config.BootDevice?.Id == device.Id)
            {
                if (PartitionRules.Create(config, device.Id, new PartitionRequest(), ids) is not StorageResult.Changed partitioned)
                    return new StorageResult.Refused(FormMessages.WholeForm, "The boot disk is too small for a partition.");
                config = partitioned.Config;
                carrier = new StorageTarget.Partition(partitioned.Id);
            }

            config = config.WithFileSystem(carrier, new FileSystem
            {
                Id = ids.NextId(IdKind.FileSystem),
                Type = role,
                Uuid = ids.NextUuid(),
                Group = group,
                CacheSet = cacheSet,
            });
        }

        return new StorageResult.Changed(config, 0);
    }

    /// <summary>Takes devices out of their group.</summary>
    public static StorageConfig Dismiss(StorageConfig config, IEnumerable<StorageTarget> targets) =>
        targets.Aggregate(config, (current, target) => current.WithFileSystem(target, null));

    /// <summary>The members of a group that are whole devices.</summary>
    public static IReadOnlyList<BlockDevice> DeviceMembers(StorageConfig config, long group) =>
        [.. config.BlockDevices.Where(device => device.FileSystem?.Group == group)];

    /// <summary>The members of a group that are partitions.</summary>
    public static IReadOnlyList<(BlockDevice Device, DiskPartition Partition)> PartitionMembers(StorageConfig config, long group) =>
        [.. config.Partitions.Where(item => item.Partition.FileSystem?.Group == group)];

    private static bool Add(List<StorageTarget> targets, StorageTarget target)
    {
        if (targets.Contains(target)) return false;
        targets.Add(target);
        return true;
    }
}
