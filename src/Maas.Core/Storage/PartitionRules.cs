namespace Maas.Core.Storage;

/// <summary>Creates and deletes partitions.</summary>
public static class PartitionRules
{
    // What a GUID partition table has room for by default.
    private const int MostPartitions = 128;

    /// <summary>Adds a partition behind the others, and a partition table (GPT) if the device has none.</summary>
    public static StorageResult Create(StorageConfig config, long device, PartitionRequest request, IIdSource ids)
    {
        if (config.FindDevice(device) is not { } found) return new StorageResult.NotFound("BlockDevice");
        if (RefuseTable(config, found) is { } refusal) return refusal;
        var target = found with { PartitionTable = found.PartitionTable ?? PartitionTableType.Gpt };
        var isMbr = target.PartitionTable == PartitionTableType.Mbr;
        var available = PartitionTables.Available(config.Platform, target);
        long size;
        if (string.IsNullOrEmpty(request.Size)) size = isMbr ? Math.Min(available, PartitionTables.LargestMbrPartition) : available;
        else if (!StorageSize.TryParse(request.Size, out size)) return Refuse(FormMessages.Invalid);
        else if (size < PartitionTables.SmallestPartition) return Refuse(FormMessages.AtLeast(PartitionTables.SmallestPartition));
        else if (size > found.Size) return Refuse(FormMessages.AtMost(found.Size));

        size = PartitionTables.AlignDown(size);
        if (found.Partitions.Count >= MostPartitions || size > available || size < PartitionTables.SmallestPartition)
            return Refuse("Partition cannot be saved; not enough free space on the block device.");
        if (isMbr && size > PartitionTables.LargestMbrPartition)
            return Refuse("Partition cannot be saved; size is larger than the MBR 2TiB maximum.");
        var partition = new DiskPartition
        {
            Id = ids.NextId(IdKind.Partition),
            Number = PartitionTables.NumberAt(config, target, found.Partitions.Count),
            Uuid = request.Uuid ?? ids.NextUuid(),
            Size = size,
            Bootable = request.Bootable,
        };
        return new StorageResult.Changed(
            config.WithDevice(target with { Partitions = [.. found.Partitions, partition] }), partition.Id);
    }

    /// <summary>Deletes a partition with its file system, and the partition table with the last partition. Later ones move up.</summary>
    public static StorageResult Delete(StorageConfig config, long partition)
    {
        if (config.FindPartition(partition) is not var (device, found)) return new StorageResult.NotFound("Partition");
        if (RefuseRemoval(config, found) is { } refusal) return refusal;
        DiskPartition[] rest = [.. device.Partitions.Where(other => other.Id != partition)];
        var without = device with { Partitions = rest, PartitionTable = rest.Length == 0 ? null : device.PartitionTable };
        return new StorageResult.Changed(config.WithDevice(PartitionTables.Renumber(config, without)), 0);
    }

    /// <summary>Adds a tag; a tag that is there already changes nothing.</summary>
    public static StorageResult AddTag(StorageConfig config, long partition, string tag) =>
        EditTags(config, partition, tags => StorageTags.Add(tags, tag));

    /// <summary>Removes a tag; a tag that is not there changes nothing.</summary>
    public static StorageResult RemoveTag(StorageConfig config, long partition, string tag) =>
        EditTags(config, partition, tags => StorageTags.Remove(tags, tag));

    /// <summary>The boot loader's partition that the installer adds as number 1 to the planned ones.</summary>
    public static BootLoaderPartition BootLoaderOf(StorageConfig config, BlockDevice device) => PartitionTables.BootLoader(config, device);

    internal static StorageResult.Refused? RefuseRemoval(StorageConfig config, DiskPartition partition) =>
        partition.FileSystem is { } fileSystem && UseOf(config, fileSystem) is { } use
            ? new StorageResult.Refused(FormMessages.WholeForm, $"Cannot delete partition because its part of a {use}.")
            : null;

    /// <summary>What a file system is a part of, in words; <see langword="null"/> when it is not part of anything.</summary>
    internal static string? UseOf(StorageConfig config, FileSystem fileSystem) =>
        config.FindGroup(fileSystem.Group) is { } group ? StorageNames.NounOf(group.Type)
        : fileSystem.CacheSet is not null ? "cache set"
        : null;

    private static StorageResult.Refused? RefuseTable(StorageConfig config, BlockDevice device)
    {
        switch (config.FindGroup(device.Group)?.Type)
        {
            case FileSystemGroupType.VolumeGroup:
                return new StorageResult.Refused("block_device", "Cannot create a partition table on a logical volume.");
            case FileSystemGroupType.Bcache:
                return new StorageResult.Refused("block_device", "Cannot create a partition table on a Bcache volume.");
            default:
                return device.FileSystem is null ? null : new StorageResult.Refused(
                    FormMessages.WholeForm, "Cannot create a partition on a block device that is formatted or part of a group.");
        }
    }

    private static StorageResult.Refused Refuse(string message) => new("size", message);

    private static StorageResult EditTags(
        StorageConfig config, long partition, Func<IReadOnlyList<string>, IReadOnlyList<string>?> edit)
    {
        if (config.FindPartition(partition) is not var (_, found)) return new StorageResult.NotFound("Partition");
        return edit(found.Tags) is { } tags
            ? new StorageResult.Changed(config.WithPartition(found with { Tags = tags }), partition)
            : StorageTags.Refusal;
    }
}
