namespace Maas.Core.Storage;

/// <summary>Volume groups and logical volumes. Sizes are multiples of the extent, 4 MiB.</summary>
public static class VolumeGroupRules
{
    /// <summary>Creates a volume group.</summary>
    public static StorageResult Create(StorageConfig config, GroupRequest request, IIdSource ids)
    {
        var name = request.Name ?? "";
        if (DeviceNaming.RefuseGroup(config, name, FileSystemGroupType.VolumeGroup) is { } refusal) return refusal;
        List<StorageTarget> members = [];
        if ((GroupMembers.PickDevices(config, GroupMembers.FreeDevices(config), "block_devices", request.BlockDevices, members)
            ?? GroupMembers.PickPartitions(config, GroupMembers.FreePartitions(config), "partitions", request.Partitions, members))
            is { } wrong) return wrong;
        if (members.Count == 0)
            return new StorageResult.Refused(FormMessages.WholeForm, "At least one valid block device or partition is required.");
        var group = new FileSystemGroup
        {
            Id = ids.NextId(IdKind.FileSystemGroup),
            Type = FileSystemGroupType.VolumeGroup,
            Name = name,
            Uuid = request.Uuid ?? ids.NextUuid(),
        };
        var enrolled = GroupMembers.Enroll(
            config with { Groups = [.. config.Groups, group] }, members, FileSystemType.LvmPhysicalVolume, group.Id, null, ids);
        return enrolled is StorageResult.Changed changed ? GroupSizes.Recompute(changed.Config, group.Id) : enrolled;
    }

    /// <summary>Renames a volume group, and adds and removes physical volumes.</summary>
    public static StorageResult Update(StorageConfig config, long group, GroupUpdate update, IIdSource ids)
    {
        if (Find(config, group) is not { } found) return new StorageResult.NotFound("VolumeGroup");
        if (!string.IsNullOrEmpty(update.Name)
            && DeviceNaming.RefuseGroup(config, update.Name, found.Type, group) is { } refusal) return refusal;
        List<StorageTarget> added = [];
        List<StorageTarget> removed = [];
        if ((GroupMembers.PickDevices(
                config, GroupMembers.FreeDevices(config, group), "add_block_devices", update.AddBlockDevices, added)
            ?? GroupMembers.PickPartitions(
                config, GroupMembers.FreePartitions(config, group), "add_partitions", update.AddPartitions, added)
            ?? GroupMembers.PickDevices(
                config, GroupMembers.DeviceMembers(config, group), "remove_block_devices", update.RemoveBlockDevices, removed)
            ?? GroupMembers.PickPartitions(
                config, GroupMembers.PartitionMembers(config, group), "remove_partitions", update.RemovePartitions, removed))
            is { } wrong) return wrong;
        var renamed = config.WithGroup(found with
        {
            Name = string.IsNullOrEmpty(update.Name) ? found.Name : update.Name,
            Uuid = update.Uuid ?? found.Uuid,
        });
        var enrolled = GroupMembers.Enroll(
            GroupMembers.Dismiss(renamed, removed), added, FileSystemType.LvmPhysicalVolume, group, null, ids);
        if (enrolled is not StorageResult.Changed changed) return enrolled;
        return changed.Config.MembersOf(group).Any()
            ? GroupSizes.Recompute(changed.Config, group)
            : new StorageResult.Refused(FormMessages.WholeForm, "At least one filesystem must have been added.");
    }

    /// <summary>Deletes a volume group without logical volumes.</summary>
    public static StorageResult Delete(StorageConfig config, long group)
    {
        if (Find(config, group) is null) return new StorageResult.NotFound("VolumeGroup");
        return config.DevicesOf(group).Any()
            ? new StorageResult.Refused(FormMessages.WholeForm, "This volume group has logical volumes; it cannot be deleted.")
            : new StorageResult.Changed(BlockDeviceRules.WithoutGroup(config, group), 0);
    }

    /// <summary>Creates a logical volume.</summary>
    public static StorageResult CreateLogicalVolume(StorageConfig config, long group, LogicalVolumeRequest request, IIdSource ids)
    {
        if (Find(config, group) is not { } found) return new StorageResult.NotFound("VolumeGroup");
        if (config.BlockDevices.Count >= BlockDeviceRules.MostDevices) return BlockDeviceRules.TooMany;
        var free = GroupSizes.FreeSpace(config, found);
        if (free < PartitionTables.SmallestPartition)
            return new StorageResult.Refused(FormMessages.WholeForm,
                $"Volume group ({found.Name}) cannot hold any more logical volumes, because it doesn't have enough free space.");
        if (DeviceNaming.RefuseDevice(config, request.Name) is { } refusal) return refusal;
        var size = free;
        if (!string.IsNullOrEmpty(request.Size))
        {
            if (!StorageSize.TryParse(request.Size, out size)) return RefuseSize(FormMessages.Invalid);
            if (size < PartitionTables.SmallestPartition) return RefuseSize(FormMessages.AtLeast(PartitionTables.SmallestPartition));
            if (size > free) return RefuseSize(FormMessages.AtMost(free));
        }

        var volume = new BlockDevice
        {
            Id = ids.NextId(IdKind.BlockDevice),
            Type = BlockDeviceType.Virtual,
            Name = request.Name,
            Size = PartitionTables.AlignDown(size),
            BlockSize = GroupSizes.BlockSizeOf(config, found),
            Uuid = request.Uuid ?? ids.NextUuid(),
            Group = group,
        };
        return new StorageResult.Changed(config with { BlockDevices = [.. config.BlockDevices, volume] }, volume.Id);
    }

    /// <summary>Deletes a logical volume of this group.</summary>
    public static StorageResult DeleteLogicalVolume(StorageConfig config, long group, long volume)
    {
        if (Find(config, group) is null) return new StorageResult.NotFound("VolumeGroup");
        return config.FindDevice(volume) is { } found && found.Group == group
            ? BlockDeviceRules.Delete(config, volume)
            : new StorageResult.NotFound("VirtualBlockDevice");
    }

    internal static StorageResult Resize(StorageConfig config, FileSystemGroup group, BlockDevice volume, long size)
    {
        size = PartitionTables.AlignDown(size);
        if (size < PartitionTables.SmallestPartition) return RefuseSize(FormMessages.AtLeast(PartitionTables.SmallestPartition));
        return size > GroupSizes.FreeSpace(config, group, volume.Id)
            ? new StorageResult.Refused(FormMessages.WholeForm,
                $"There is not enough free space ({StorageSize.ToText(size)}) on volume group {group.Name}.")
            : GroupSizes.Recompute(config.WithDevice(volume with { Size = size }), volume.Id);
    }

    private static FileSystemGroup? Find(StorageConfig config, long group) =>
        config.FindGroup(group) is { Type: FileSystemGroupType.VolumeGroup } found ? found : null;

    private static StorageResult.Refused RefuseSize(string message) => new("size", message);
}
