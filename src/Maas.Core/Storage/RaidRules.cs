namespace Maas.Core.Storage;

/// <summary>
/// RAIDs of the levels 0, 1, 5, 6 and 10. The virtual device has the name of the RAID, and a size that follows from its members.
/// </summary>
public static class RaidRules
{
    /// <summary>Creates a RAID.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="level">Its level (<c>raid-5</c>).</param>
    /// <param name="request">Name and members. When the boot disk is among the devices, all of them get a partition first.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static StorageResult Create(StorageConfig config, string level, GroupRequest request, IIdSource ids)
    {
        if (level.Length == 0) return new StorageResult.Refused("level", FormMessages.Required);
        if (!StorageNames.RaidLevels.TryParse(level, out var type))
            return new StorageResult.Refused("level", FormMessages.NotAChoice(level));
        var name = string.IsNullOrEmpty(request.Name) ? DeviceNaming.NextName(config, "md") : request.Name;
        if (DeviceNaming.RefuseGroup(config, name, type) is { } refusal) return refusal;
        List<StorageTarget> all = [];
        var devices = GroupMembers.FreeDevices(config);
        var partitions = GroupMembers.FreePartitions(config);
        if ((GroupMembers.PickDevices(config, devices, "block_devices", request.BlockDevices, all)
            ?? GroupMembers.PickPartitions(config, partitions, "partitions", request.Partitions, all)) is { } wrong) return wrong;
        var active = all.Count;
        if ((GroupMembers.PickDevices(config, devices, "spare_devices", request.SpareDevices, all)
            ?? GroupMembers.PickPartitions(config, partitions, "spare_partitions", request.SparePartitions, all)) is { } wrongSpare)
            return wrongSpare;
        if (active == 0)
            return new StorageResult.Refused(FormMessages.WholeForm, "At least one block device or partition must be added to the array.");

        if (all.Contains(new StorageTarget.Device(config.BootDevice?.Id ?? 0)))
        {
            if (PartitionAll(config, all, ids) is not StorageResult.Changed partitioned)
                return new StorageResult.Refused(FormMessages.WholeForm, "A device is too small for a partition.");
            config = partitioned.Config;
        }

        var group = new FileSystemGroup
        {
            Id = ids.NextId(IdKind.FileSystemGroup),
            Type = type,
            Name = name,
            Uuid = request.Uuid ?? ids.NextUuid(),
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
        config = config with { Groups = [.. config.Groups, group], BlockDevices = [.. config.BlockDevices, device] };
        return Enroll(config, group.Id, all[..active], all[active..], ids) is var enrolled && enrolled is StorageResult.Changed changed
            ? Finish(changed.Config, group)
            : enrolled;
    }

    /// <summary>Renames a RAID, and adds and removes devices.</summary>
    public static StorageResult Update(StorageConfig config, long raid, GroupUpdate update, IIdSource ids)
    {
        if (Find(config, raid) is not { } group) return new StorageResult.NotFound("RAID");
        if (!string.IsNullOrEmpty(update.Name)
            && DeviceNaming.RefuseGroup(config, update.Name, group.Type, raid) is { } refusal) return refusal;
        List<StorageTarget> added = [];
        List<StorageTarget> removed = [];
        var devices = GroupMembers.FreeDevices(config, raid);
        var partitions = GroupMembers.FreePartitions(config, raid);
        if ((GroupMembers.PickDevices(config, devices, "add_block_devices", update.AddBlockDevices, added)
            ?? GroupMembers.PickPartitions(config, partitions, "add_partitions", update.AddPartitions, added)) is { } wrong) return wrong;
        var active = added.Count;
        var ownDevices = GroupMembers.DeviceMembers(config, raid);
        var ownPartitions = GroupMembers.PartitionMembers(config, raid);
        if ((GroupMembers.PickDevices(config, devices, "add_spare_devices", update.AddSpareDevices, added)
            ?? GroupMembers.PickPartitions(config, partitions, "add_spare_partitions", update.AddSparePartitions, added)
            ?? GroupMembers.PickDevices(config, ownDevices, "remove_block_devices", update.RemoveBlockDevices, removed)
            ?? GroupMembers.PickPartitions(config, ownPartitions, "remove_partitions", update.RemovePartitions, removed)
            ?? GroupMembers.PickDevices(config, ownDevices, "remove_spare_devices", update.RemoveSpareDevices, removed)
            ?? GroupMembers.PickPartitions(config, ownPartitions, "remove_spare_partitions", update.RemoveSparePartitions, removed))
            is { } wrongMember) return wrongMember;

        group = group with
        {
            Name = string.IsNullOrEmpty(update.Name) ? group.Name : update.Name,
            Uuid = update.Uuid ?? group.Uuid,
        };
        config = GroupMembers.Dismiss(config.WithGroup(group), removed);
        config = config with
        {
            BlockDevices = [.. config.BlockDevices.Select(device => device.Group == raid ? device with { Name = group.Name } : device)],
        };
        return Enroll(config, raid, added[..active], added[active..], ids) is var enrolled && enrolled is StorageResult.Changed changed
            ? Finish(changed.Config, group)
            : enrolled;
    }

    /// <summary>Deletes a RAID with its virtual device.</summary>
    public static StorageResult Delete(StorageConfig config, long raid) => Find(config, raid) is null
        ? new StorageResult.NotFound("RAID")
        : BlockDeviceRules.DeleteGroup(config, raid);

    private static StorageResult Finish(StorageConfig config, FileSystemGroup group)
    {
        List<FileSystemType> roles = [.. config.MembersOf(group.Id).Select(member => member.FileSystem.Type)];
        var active = roles.Count(role => role == FileSystemType.Raid);
        var (least, level) = group.Type switch
        {
            FileSystemGroupType.Raid0 => (2, 0),
            FileSystemGroupType.Raid1 => (2, 1),
            FileSystemGroupType.Raid5 => (3, 5),
            FileSystemGroupType.Raid6 => (4, 6),
            _ => (3, 10),
        };
        if (active < least || (level == 0 && active < roles.Count))
            return new StorageResult.Refused(FormMessages.WholeForm,
                $"RAID level {level} must have at least {least} raid devices and {(level == 0 ? "no spares" : "any number of spares")}.");
        return GroupSizes.SizeOf(config, group) > 0
            ? GroupSizes.Recompute(config, group.Id)
            : new StorageResult.Refused(FormMessages.WholeForm, "The devices of a RAID must be larger than its superblock.");
    }

    private static StorageResult Enroll(
        StorageConfig config, long raid, IEnumerable<StorageTarget> active, IEnumerable<StorageTarget> spares, IIdSource ids)
    {
        var first = GroupMembers.Enroll(config, active, FileSystemType.Raid, raid, null, ids);
        return first is StorageResult.Changed changed
            ? GroupMembers.Enroll(changed.Config, spares, FileSystemType.RaidSpare, raid, null, ids)
            : first;
    }

    private static StorageResult PartitionAll(StorageConfig config, List<StorageTarget> targets, IIdSource ids)
    {
        for (var place = 0; place < targets.Count; place++)
        {
            if (targets[place] is not StorageTarget.Device device) continue;
            var result = PartitionRules.Create(config, device.Id, new PartitionRequest(), ids);
            if (result is not StorageResult.Changed changed) return result;
            config = changed.Config;
            targets[place] = new StorageTarget.Partition(changed.Id);
        }

        return new StorageResult.Changed(config, 0);
    }

    private static FileSystemGroup? Find(StorageConfig config, long group) =>
        config.FindGroup(group) is { Type: not (FileSystemGroupType.VolumeGroup or FileSystemGroupType.Bcache) } found ? found : null;
}
