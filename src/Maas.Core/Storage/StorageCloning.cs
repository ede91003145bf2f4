namespace Maas.Core.Storage;

/// <summary>
/// Copies the storage configuration of one node to another. Each disk of the source needs a disk of the destination that is at least as
/// large: the boot disk takes the boot disk's place, then disks of the same size and tags are paired, then those of the
/// same tags, then any.
/// </summary>
public static class StorageCloning
{
    private const string Field = "destinations";

    /// <summary>The destination with the partitions, file systems and groups of the source, with numbers and UUIDs of their own.</summary>
    /// <param name="source">The configuration to copy.</param>
    /// <param name="destination">The configuration to replace. Its disks, and how it boots, stay.</param>
    /// <param name="ids">Assigns numbers and UUIDs.</param>
    public static StorageResult Clone(StorageConfig source, StorageConfig destination, IIdSource ids)
    {
        if (Pair(source, destination, out var pairs) is { } refused) return refused;
        var copy = new Copy(source, ids);
        var blank = StorageLayouts.Blank(destination);
        var disks = blank.BlockDevices.Select(disk =>
            pairs.FirstOrDefault(pair => pair.Value.Id == disk.Id) is { Value: not null } pair
                ? copy.Contents(pair.Key, disk) with { Tags = disk.Tags } : disk);
        var devices = source.BlockDevices.Where(device => device.Type == BlockDeviceType.Virtual).Select(copy.Virtual);
        var config = blank with
        {
            BlockDevices = [.. disks, .. devices],
            Groups = [.. source.Groups.Select(copy.Group)],
            CacheSets = [.. source.CacheSets.Select(set => new CacheSet(copy.CacheSetId(set.Id)))],
            SpecialFileSystems = [.. source.SpecialFileSystems.Select(copy.FileSystem)],
        };
        config = Resized(config);
        return new StorageResult.Changed(
            config.BootDisk is { } boot && config.FindDevice(boot)?.FileSystem is not null ? config with { BootDisk = null } : config, 0);
    }

    /// <summary>Larger disks make larger RAIDs and bcaches, which may be members of others.</summary>
    private static StorageConfig Resized(StorageConfig config)
    {
        foreach (var group in config.Groups.Where(group => group.Type != FileSystemGroupType.VolumeGroup))
        {
            var size = GroupSizes.SizeOf(config, group);
            config = config with
            {
                BlockDevices = [.. config.BlockDevices.Select(device => device.Group == group.Id ? device with { Size = size } : device)],
            };
        }

        return config;
    }

    private static StorageResult.Refused? Pair(
        StorageConfig source, StorageConfig destination, out Dictionary<BlockDevice, BlockDevice> pairs)
    {
        pairs = new Dictionary<BlockDevice, BlockDevice>(ReferenceEqualityComparer.Instance);
        List<BlockDevice> wanted = [.. DisksOf(source)];
        List<BlockDevice> free = [.. DisksOf(destination)];
        if (wanted.Count > free.Count)
            return new StorageResult.Refused(
                Field, $"source has more physical block devices than destination ({wanted.Count} > {free.Count})"); // MAAS-WORDING
        if (source.BootDevice is { } boot && destination.BootDevice is { } target && wanted.Contains(boot))
        {
            if (target.Size < boot.Size)
                return new StorageResult.Refused(
                    Field, $"destination boot disk({target.Name}) is smaller than source boot disk({boot.Name})"); // MAAS-WORDING
            Take(boot, target, pairs, wanted, free);
        }

        Func<BlockDevice, BlockDevice, bool>[] passes =
        [
            (one, other) => one.Size == other.Size && HasSameTags(one, other),
            (one, other) => one.Size <= other.Size && HasSameTags(one, other),
            (one, other) => one.Size <= other.Size,
        ];
        foreach (var fits in passes)
        {
            foreach (var one in wanted.OrderByDescending(disk => disk.Size).ToList())
            {
                if (free.Where(other => fits(one, other)).MinBy(other => other.Size) is { } other) Take(one, other, pairs, wanted, free);
            }
        }

        return wanted.Count == 0 ? null
            : new StorageResult.Refused(
                Field, $"{wanted.Count} source disks have no disk of the destination that is large enough: "
                    + string.Join(", ", wanted.Select(disk => disk.Name)));
    }

    private static void Take(
        BlockDevice one, BlockDevice other, Dictionary<BlockDevice, BlockDevice> pairs, List<BlockDevice> wanted, List<BlockDevice> free)
    {
        pairs[one] = other;
        wanted.Remove(one);
        free.Remove(other);
    }

    private static IEnumerable<BlockDevice> DisksOf(StorageConfig config) =>
        config.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical);

    private static bool HasSameTags(BlockDevice one, BlockDevice other) => one.Tags.ToHashSet().SetEquals(other.Tags);

    /// <summary>Copies objects. An object gets one number, however often it is named.</summary>
    private sealed class Copy(StorageConfig source, IIdSource ids)
    {
        private readonly Dictionary<long, long> _groups =
            source.Groups.ToDictionary(group => group.Id, _ => ids.NextId(IdKind.FileSystemGroup));

        private readonly Dictionary<long, long> _cacheSets = source.CacheSets.ToDictionary(set => set.Id, _ => ids.NextId(IdKind.CacheSet));

        public long CacheSetId(long id) => _cacheSets[id];

        public BlockDevice Contents(BlockDevice from, BlockDevice to) => to with
        {
            PartitionTable = from.PartitionTable,
            Partitions = [.. from.Partitions.Select(Partition)],
            FileSystem = from.FileSystem is null ? null : FileSystem(from.FileSystem),
        };

        public BlockDevice Virtual(BlockDevice device) => Contents(device, device) with
        {
            Id = ids.NextId(IdKind.BlockDevice),
            Uuid = ids.NextUuid(),
            Group = device.Group is { } group ? _groups[group] : null,
        };

        public FileSystemGroup Group(FileSystemGroup group) => group with
        {
            Id = _groups[group.Id],
            Uuid = ids.NextUuid(),
            CacheSet = group.CacheSet is { } set ? _cacheSets[set] : null,
        };

        public FileSystem FileSystem(FileSystem system) => system with
        {
            Id = ids.NextId(IdKind.FileSystem),
            Uuid = ids.NextUuid(),
            Group = system.Group is { } group ? _groups[group] : null,
            CacheSet = system.CacheSet is { } set ? _cacheSets[set] : null,
        };

        private DiskPartition Partition(DiskPartition partition) => partition with
        {
            Id = ids.NextId(IdKind.Partition),
            Uuid = ids.NextUuid(),
            FileSystem = partition.FileSystem is null ? null : FileSystem(partition.FileSystem),
        };
    }
}
