namespace Maas.Core.Storage;

/// <summary>Disks and virtual devices: adds, changes and removes them, and chooses the boot disk.</summary>
public static class BlockDeviceRules
{
    internal const long SmallestBootDisk = 512L * 1024 * 1024;
    internal const long SmallestDevice = 143360;
    internal const long LargestDevice = 1L << 53;
    internal const int MostDevices = 512;
    private const int SmallestBlock = 512;
    private const int LongestText = 255;
    private const int LongestPath = 4095;

    /// <summary>Adds a disk that commissioning did not find.</summary>
    public static StorageResult Create(StorageConfig config, BlockDeviceRequest request, IIdSource ids)
    {
        if (config.BlockDevices.Count >= MostDevices) return TooMany;
        if (request.Size is null or "") return new StorageResult.Refused("size", FormMessages.Required);
        if (request.BlockSize is null or "") return new StorageResult.Refused("block_size", FormMessages.Required);
        var blank = new BlockDevice { Id = 0, Name = request.Name ?? "", Size = 0 };
        if (Refuse(config, blank, request, out var size, out var blockSize) is { } refusal) return refusal;
        if (request is not { IdPath.Length: > 0 } and not { Model.Length: > 0, Serial.Length: > 0 })
            return new StorageResult.Refused(FormMessages.WholeForm, "serial/model are required if id_path is not provided.");
        var device = blank with
        {
            Id = ids.NextId(IdKind.BlockDevice),
            Model = request.Model ?? "",
            Serial = request.Serial ?? "",
            IdPath = request.IdPath ?? "",
            NumaNode = request.NumaNode ?? 0,
            Size = size,
            BlockSize = blockSize,
        };
        return new StorageResult.Changed(config with { BlockDevices = [.. config.BlockDevices, device] }, device.Id);
    }

    /// <summary>Changes a disk or a virtual device. Of the virtual ones, only a logical volume has a size of its own.</summary>
    public static StorageResult Update(StorageConfig config, long device, BlockDeviceRequest request)
    {
        if (config.FindDevice(device) is not { } found) return new StorageResult.NotFound("BlockDevice");
        if (Refuse(config, found, request, out var size, out var blockSize) is { } refusal) return refusal;
        var group = config.FindGroup(found.Group);
        if (group is { Type: not FileSystemGroupType.VolumeGroup } && size != found.Size)
            return new StorageResult.Refused("size", "Size cannot be changed on this device.");
        var table = found.PartitionTable;
        if (!string.IsNullOrEmpty(request.PartitionTable))
        {
            if (!StorageNames.Tables.TryParse(request.PartitionTable, out var type))
                return new StorageResult.Refused("partition_table_type", FormMessages.NotAChoice(request.PartitionTable));
            if (table is null) return new StorageResult.Refused("partition_table_type", "Block device has no partition table");
            if (type == PartitionTableType.Mbr
                && found.Partitions.FirstOrDefault(part => part.Size > PartitionTables.LargestMbrPartition) is { } large)
                return new StorageResult.Refused("size",
                    $"Partition {large.Id} cannot be resized to fit on the block device; size is larger than the MBR 2TiB maximum.");
            table = type;
        }

        var name = string.IsNullOrEmpty(request.Name) ? found.Name : request.Name;
        var changed = group is null
            ? found with
            {
                Name = name,
                Model = request.Model ?? found.Model,
                Serial = request.Serial ?? found.Serial,
                IdPath = request.IdPath ?? found.IdPath,
                NumaNode = request.NumaNode ?? found.NumaNode,
                Size = size,
                BlockSize = blockSize,
                PartitionTable = table,
            }
            : found with { Name = name, Uuid = request.Uuid ?? found.Uuid, PartitionTable = table };
        if (group is null && changed is { IdPath.Length: 0 } and not { Model.Length: > 0, Serial.Length: > 0 }
            && (request.Model ?? request.Serial ?? request.IdPath) is not null)
            return new StorageResult.Refused(FormMessages.WholeForm, "serial/model are required if id_path is not provided.");

        // The virtual device of a RAID or a bcache, and the group, have one name.
        if (group is { Type: not FileSystemGroupType.VolumeGroup }) config = config.WithGroup(group with { Name = name });
        config = config.WithDevice(changed);
        config = config.WithDevice(PartitionTables.Renumber(config, changed));
        return group is { Type: FileSystemGroupType.VolumeGroup } && size != found.Size
            ? VolumeGroupRules.Resize(config, group, changed, size)
            : GroupSizes.Recompute(config, device);
    }

    /// <summary>Removes a device that no group uses. The virtual device of a RAID or a bcache takes its group with it.</summary>
    public static StorageResult Delete(StorageConfig config, long device)
    {
        if (config.FindDevice(device) is not { } found) return new StorageResult.NotFound("BlockDevice");
        if (RefuseRemoval(config, found) is { } refusal) return refusal;
        config = config with
        {
            BlockDevices = [.. config.BlockDevices.Where(other => other.Id != device)],
            BootDisk = config.BootDisk == device ? null : config.BootDisk,
        };
        return new StorageResult.Changed(
            Renumbered(config.FindGroup(found.Group) is { Type: not FileSystemGroupType.VolumeGroup } group
                ? WithoutGroup(config, group.Id)
                : config),
            0);
    }

    /// <summary>Adds a tag; a tag that is there already changes nothing.</summary>
    public static StorageResult AddTag(StorageConfig config, long device, string tag) =>
        EditTags(config, device, tags => StorageTags.Add(tags, tag));

    /// <summary>Removes a tag; a tag that is not there changes nothing.</summary>
    public static StorageResult RemoveTag(StorageConfig config, long device, string tag) =>
        EditTags(config, device, tags => StorageTags.Remove(tags, tag));

    /// <summary>Makes a disk the boot disk. A file system on the whole disk is removed: a boot disk has partitions.</summary>
    public static StorageResult SetBootDisk(StorageConfig config, long device)
    {
        if (config.FindDevice(device) is not { } found) return new StorageResult.NotFound("BlockDevice");
        if (found.Type == BlockDeviceType.Virtual)
            return new StorageResult.Refused(FormMessages.PlainText, "Cannot set a virtual block device as the boot disk.");
        if (config.FindGroup(found.FileSystem?.Group) is { } group)
            return RefuseBootDisk($"{StorageNames.NounOf(group.Type)} '{group.Name}'");
        if (config.FindCacheSet(found.FileSystem?.CacheSet) is { } set)
            return RefuseBootDisk($"cache set '{StorageNames.NameOf(config, set)}'");
        return new StorageResult.Changed(
            Renumbered(config.WithDevice(found with { FileSystem = null }) with { BootDisk = device }), device);
    }

    internal static StorageResult.Refused TooMany =>
        new(FormMessages.WholeForm, $"A node has at most {MostDevices} block devices.");

    internal static StorageResult DeleteGroup(StorageConfig config, long group)
    {
        foreach (var device in config.DevicesOf(group))
            if (RefuseRemoval(config, device) is { } refusal) return refusal;
        return new StorageResult.Changed(
            WithoutGroup(config with { BlockDevices = [.. config.BlockDevices.Where(device => device.Group != group)] }, group), 0);
    }

    internal static StorageConfig WithoutGroup(StorageConfig config, long group) =>
        GroupMembers.Dismiss(config, [.. config.MembersOf(group).Select(member => member.Target)]) with
        {
            Groups = [.. config.Groups.Where(other => other.Id != group)],
        };

    // On POWER, the boot disk alone has a partition before the planned ones.
    private static StorageConfig Renumbered(StorageConfig config) =>
        config with { BlockDevices = [.. config.BlockDevices.Select(device => PartitionTables.Renumber(config, device))] };

    private static StorageResult.Refused? RefuseRemoval(StorageConfig config, BlockDevice device) =>
        device.FileSystem is { } fileSystem && PartitionRules.UseOf(config, fileSystem) is { } use
            ? new StorageResult.Refused(FormMessages.WholeForm, $"Cannot delete block device because its part of a {use}.")
            : device.Partitions.Select(partition => PartitionRules.RefuseRemoval(config, partition))
                .FirstOrDefault(refusal => refusal is not null);

    private static StorageResult.Refused RefuseBootDisk(string use) =>
        new("boot_disk", $"Cannot be set as the boot disk; already in-use in {use}.");

    private static StorageResult.Refused? Refuse(
        StorageConfig config, BlockDevice device, BlockDeviceRequest request, out long size, out int blockSize)
    {
        size = device.Size;
        blockSize = device.BlockSize;
        if ((request.Name is { Length: > 0 } || device.Id == 0)
            && DeviceNaming.RefuseDevice(config, request.Name ?? "", device.Id) is { } wrongName) return wrongName;
        if ((RefuseText("model", request.Model, LongestText) ?? RefuseText("serial", request.Serial, LongestText)
            ?? RefuseText("id_path", request.IdPath, LongestPath)) is { } wrongText) return wrongText;
        if (request.IdPath is { Length: > 0 } path && path[0] != '/') return new StorageResult.Refused("id_path", FormMessages.Invalid);
        if (request.NumaNode < 0) return new StorageResult.Refused("numa_node", FormMessages.AtLeast(0));
        if (RefuseSize("size", request.Size, SmallestDevice, LargestDevice, ref size) is { } wrongSize) return wrongSize;
        long block = blockSize;
        if (RefuseSize("block_size", request.BlockSize, SmallestBlock, int.MaxValue, ref block) is { } wrongBlock) return wrongBlock;
        blockSize = (int)block;
        return null;
    }

    private static StorageResult.Refused? RefuseSize(string field, string? text, long least, long most, ref long size) =>
        string.IsNullOrEmpty(text) ? null
        : !StorageSize.TryParse(text, out size) ? new StorageResult.Refused(field, FormMessages.Invalid)
        : size < least ? new StorageResult.Refused(field, FormMessages.AtLeast(least))
        : size > most ? new StorageResult.Refused(field, FormMessages.AtMost(most))
        : null;

    private static StorageResult.Refused? RefuseText(string field, string? text, int most) =>
        text is null ? null
        : text.Length > most ? new StorageResult.Refused(field, FormMessages.TooLong(text, most))
        : text.Any(char.IsControl) ? new StorageResult.Refused(field, FormMessages.Invalid)
        : null;

    private static StorageResult EditTags(StorageConfig config, long device, Func<IReadOnlyList<string>, IReadOnlyList<string>?> edit)
    {
        if (config.FindDevice(device) is not { } found) return new StorageResult.NotFound("BlockDevice");
        return edit(found.Tags) is { } tags
            ? new StorageResult.Changed(config.WithDevice(found with { Tags = tags }), device)
            : StorageTags.Refusal;
    }
}
