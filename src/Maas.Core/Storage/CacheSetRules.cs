using System.Globalization;

namespace Maas.Core.Storage;

/// <summary>Bcache cache sets: one device, which several bcaches may share.</summary>
public static class CacheSetRules
{
    /// <summary>Creates a cache set.</summary>
    public static StorageResult Create(StorageConfig config, CacheSetRequest request, IIdSource ids)
    {
        if (request is { Device.Length: 0, Partition.Length: 0 })
            return new StorageResult.Refused(FormMessages.WholeForm, "Either cache_device or cache_partition must be specified.");
        if (request is { Device.Length: > 0, Partition.Length: > 0 })
            return new StorageResult.Refused(FormMessages.WholeForm, "Cannot set both cache_device and cache_partition.");
        if (Pick(config, GroupMembers.FreeDevices(config), GroupMembers.FreePartitions(config), request, out var target) is { } wrong)
            return wrong;
        var set = new CacheSet(ids.NextId(IdKind.CacheSet));
        var enrolled = GroupMembers.Enroll(
            config with { CacheSets = [.. config.CacheSets, set] }, target, FileSystemType.BcacheCache, null, set.Id, ids);
        return enrolled is StorageResult.Changed changed ? new StorageResult.Changed(changed.Config, set.Id) : enrolled;
    }

    /// <summary>Moves a cache set to another device.</summary>
    public static StorageResult Update(StorageConfig config, long cacheSet, CacheSetRequest request, IIdSource ids)
    {
        if (config.FindCacheSet(cacheSet) is null) return new StorageResult.NotFound("CacheSet");
        if (request is { Device.Length: > 0, Partition.Length: > 0 })
            return new StorageResult.Refused("cache_device", "Cannot set both cache_device and cache_partition.");
        BlockDevice[] devices =
        [
            .. GroupMembers.FreeDevices(config).Where(device => !IsBehind(config, device, cacheSet)),
            .. config.BlockDevices.Where(device => device.FileSystem?.CacheSet == cacheSet),
        ];
        (BlockDevice, DiskPartition)[] partitions =
        [
            .. GroupMembers.FreePartitions(config).Where(item => !IsBehind(config, item.Device, cacheSet)),
            .. config.Partitions.Where(item => item.Partition.FileSystem?.CacheSet == cacheSet),
        ];
        if (Pick(config, devices, partitions, request, out var target) is { } wrong) return wrong;
        if (target.Count == 0) return new StorageResult.Changed(config, cacheSet);
        config = GroupMembers.Dismiss(config, [.. Members(config, cacheSet)]);
        var enrolled = GroupMembers.Enroll(config, target, FileSystemType.BcacheCache, null, cacheSet, ids);
        return enrolled is StorageResult.Changed changed ? new StorageResult.Changed(changed.Config, cacheSet) : enrolled;
    }

    /// <summary>Deletes a cache set that no bcache uses.</summary>
    public static StorageResult Delete(StorageConfig config, long cacheSet)
    {
        if (config.FindCacheSet(cacheSet) is null) return new StorageResult.NotFound("CacheSet");
        if (config.Groups.Any(group => group.CacheSet == cacheSet))
            return new StorageResult.Refused(FormMessages.PlainText, "Cannot delete cache set; it's currently in use.");
        config = GroupMembers.Dismiss(config, [.. Members(config, cacheSet)]);
        return new StorageResult.Changed(config with { CacheSets = [.. config.CacheSets.Where(set => set.Id != cacheSet)] }, 0);
    }

    internal static CacheSet? Find(StorageConfig config, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? config.FindCacheSet(id)
            : config.CacheSets.FirstOrDefault(set => StorageNames.NameOf(config, set) == value);

    private static IEnumerable<StorageTarget> Members(StorageConfig config, long cacheSet) =>
        config.Carried.Where(item => item.FileSystem.CacheSet == cacheSet).Select(item => item.Target);

    private static bool IsBehind(StorageConfig config, BlockDevice device, long cacheSet) =>
        config.Groups.Any(group => group.CacheSet == cacheSet && GroupMembers.IsMadeOf(config, device, group.Id));

    private static StorageResult.Refused? Pick(
        StorageConfig config,
        IReadOnlyList<BlockDevice> devices,
        IReadOnlyList<(BlockDevice Device, DiskPartition Partition)> partitions,
        CacheSetRequest request,
        out List<StorageTarget> target)
    {
        target = [];
        return GroupMembers.PickDevices(config, devices, "cache_device", request.Device.Length == 0 ? [] : [request.Device], target)
            ?? GroupMembers.PickPartitions(
                config, partitions, "cache_partition", request.Partition.Length == 0 ? [] : [request.Partition], target);
    }
}
