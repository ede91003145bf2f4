namespace Maas.Core.Storage;

/// <summary>Bcaches: a slow backing device behind the fast device of a cache set.</summary>
public static class BcacheRules
{
    /// <summary>Creates a bcache.</summary>
    public static StorageResult Create(StorageConfig config, BcacheRequest request, IIdSource ids)
    {
        var name = request.Name.Length == 0 ? DeviceNaming.NextName(config, "bcache") : request.Name;
        if (DeviceNaming.RefuseGroup(config, name, FileSystemGroupType.Bcache) is { } refusal) return refusal;
        if (request.CacheSet.Length == 0) return new StorageResult.Refused("cache_set", FormMessages.Required);
        if (request.CacheMode.Length == 0) return new StorageResult.Refused("cache_mode", FormMessages.Required);
        if (request is { BackingDevice.Length: 0, BackingPartition.Length: 0 })
            return Refuse("Either backing_device or backing_partition must be specified.");
        var group = new FileSystemGroup
        {
            Id = ids.NextId(IdKind.FileSystemGroup),
            Type = FileSystemGroupType.Bcache,
            Name = name,
            Uuid = ids.NextUuid(),
        };
        var device = new BlockDevice
        {
            Id = ids.NextId(IdKind.BlockDevice),
            Type = BlockDeviceType.Virtual,
            Name = name,
            Size = 0,
            Uuid = ids.NextUuid(),
            Group = group.Id,
        };
        return Apply(
            config with { Groups = [.. config.Groups, group], BlockDevices = [.. config.BlockDevices, device] }, group, request, ids);
    }

    /// <summary>Changes name, mode, cache set or backing device.</summary>
    public static StorageResult Update(StorageConfig config, long bcache, BcacheRequest request, IIdSource ids)
    {
        if (Find(config, bcache) is not { } group) return new StorageResult.NotFound("Bcache");
        return request.Name.Length > 0 && DeviceNaming.RefuseGroup(config, request.Name, group.Type, bcache) is { } refusal
            ? refusal
            : Apply(config, group, request, ids);
    }

    /// <summary>Deletes a bcache with its virtual device.</summary>
    public static StorageResult Delete(StorageConfig config, long bcache) => Find(config, bcache) is null
        ? new StorageResult.NotFound("Bcache")
        : BlockDeviceRules.DeleteGroup(config, bcache);

    private static StorageResult Apply(StorageConfig config, FileSystemGroup group, BcacheRequest request, IIdSource ids)
    {
        List<StorageTarget> backing = [];
        if ((GroupMembers.PickDevices(
                config, DeviceChoices(config, group), "backing_device", NonEmpty(request.BackingDevice), backing)
            ?? GroupMembers.PickPartitions(
                config, PartitionChoices(config, group), "backing_partition", NonEmpty(request.BackingPartition), backing))
            is { } wrong) return wrong;
        if (backing.Count > 1) return Refuse("A Bcache can have either a backing device or partition.");
        if (backing is [StorageTarget.Device device]
            && config.FindGroup(config.FindDevice(device.Id)?.Group) is { Type: FileSystemGroupType.VolumeGroup })
            return Refuse("Bcache cannot use a logical volume as a backing device.");
        if (request.CacheMode.Length > 0 && !StorageNames.CacheModes.TryParse(request.CacheMode, out _))
            return new StorageResult.Refused("cache_mode", FormMessages.NotAChoice(request.CacheMode));
        var set = request.CacheSet.Length == 0 ? config.FindCacheSet(group.CacheSet) : CacheSetRules.Find(config, request.CacheSet);
        if (set is null || IsCircular(config, set, group))
            return new StorageResult.Refused("cache_set", FormMessages.NotAChoice(request.CacheSet));

        group = group with
        {
            Name = request.Name.Length == 0 ? group.Name : request.Name,
            Uuid = request.Uuid ?? group.Uuid,
            CacheMode = StorageNames.CacheModes.TryParse(request.CacheMode, out var mode) ? mode : group.CacheMode,
            CacheSet = set.Id,
        };
        config = config.WithGroup(group);
        config = config with
        {
            BlockDevices = [.. config.BlockDevices.Select(other => other.Group == group.Id ? other with { Name = group.Name } : other)],
        };
        if (backing.Count == 0) return GroupSizes.Recompute(config, group.Id);
        config = GroupMembers.Dismiss(config, [.. config.MembersOf(group.Id).Select(member => member.Target)]);
        var enrolled = GroupMembers.Enroll(config, backing, FileSystemType.BcacheBacking, group.Id, null, ids);
        return enrolled is StorageResult.Changed changed ? GroupSizes.Recompute(changed.Config, group.Id) : enrolled;
    }

    // The choices are what is free, and the present backing device.
    private static IReadOnlyList<BlockDevice> DeviceChoices(StorageConfig config, FileSystemGroup group) =>
        [.. GroupMembers.FreeDevices(config, group.Id), .. GroupMembers.DeviceMembers(config, group.Id)];

    private static IReadOnlyList<(BlockDevice Device, DiskPartition Partition)> PartitionChoices(
        StorageConfig config, FileSystemGroup group) =>
        [.. GroupMembers.FreePartitions(config, group.Id), .. GroupMembers.PartitionMembers(config, group.Id)];

    private static bool IsCircular(StorageConfig config, CacheSet set, FileSystemGroup group) =>
        config.Carried.Any(item => item.FileSystem.CacheSet == set.Id
            && config.DeviceOf(item.Target) is { } device
            && GroupMembers.IsMadeOf(config, device, group.Id));

    private static IEnumerable<string> NonEmpty(string value) => value.Length == 0 ? [] : [value];

    private static FileSystemGroup? Find(StorageConfig config, long group) =>
        config.FindGroup(group) is { Type: FileSystemGroupType.Bcache } found ? found : null;

    private static StorageResult.Refused Refuse(string message) => new(FormMessages.WholeForm, message);
}
