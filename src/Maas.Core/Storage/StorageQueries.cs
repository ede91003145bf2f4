namespace Maas.Core.Storage;

/// <summary>Look-ups in a configuration, and copies of it with one object replaced.</summary>
internal static class StorageQueries
{
    extension(StorageConfig config)
    {
        public BlockDevice? FindDevice(long id) => config.BlockDevices.FirstOrDefault(device => device.Id == id);

        public FileSystemGroup? FindGroup(long? id) => config.Groups.FirstOrDefault(group => group.Id == id);

        public CacheSet? FindCacheSet(long? id) => config.CacheSets.FirstOrDefault(set => set.Id == id);

        /// <summary>A partition with its device.</summary>
        public (BlockDevice Device, DiskPartition Partition)? FindPartition(long id) =>
            config.Partitions.Where(item => item.Partition.Id == id).Select(item => ((BlockDevice, DiskPartition)?)item).FirstOrDefault();

        /// <summary>All partitions with their devices.</summary>
        public IEnumerable<(BlockDevice Device, DiskPartition Partition)> Partitions =>
            config.BlockDevices.SelectMany(device => device.Partitions.Select(partition => (device, partition)));

        /// <summary>All file systems, roles in groups included, with what carries them.</summary>
        public IEnumerable<(StorageTarget Target, FileSystem FileSystem)> Carried =>
            config.BlockDevices.Where(device => device.FileSystem is not null)
                .Select(device => ((StorageTarget)new StorageTarget.Device(device.Id), device.FileSystem!)) // by the condition above
                .Concat(config.Partitions.Where(item => item.Partition.FileSystem is not null)
                    .Select(item => ((StorageTarget)new StorageTarget.Partition(item.Partition.Id), item.Partition.FileSystem!)));

        /// <summary>All file systems, roles in groups included.</summary>
        public IEnumerable<FileSystem> FileSystems => config.Carried.Select(item => item.FileSystem).Concat(config.SpecialFileSystems);

        /// <summary>The members of a group.</summary>
        public IEnumerable<(StorageTarget Target, FileSystem FileSystem)> MembersOf(long group) =>
            config.Carried.Where(item => item.FileSystem.Group == group);

        /// <summary>The virtual devices that a group provides.</summary>
        public IEnumerable<BlockDevice> DevicesOf(long group) => config.BlockDevices.Where(device => device.Group == group);

        /// <summary>The device of a target: itself, or the one that the partition is on.</summary>
        public BlockDevice? DeviceOf(StorageTarget target) => target switch
        {
            StorageTarget.Device device => config.FindDevice(device.Id),
            StorageTarget.Partition partition => config.FindPartition(partition.Id)?.Device,
            _ => null,
        };

        public long SizeOf(StorageTarget target) => target switch
        {
            StorageTarget.Device device => config.FindDevice(device.Id)?.Size ?? 0,
            StorageTarget.Partition partition => config.FindPartition(partition.Id)?.Partition.Size ?? 0,
            _ => 0,
        };

        public FileSystem? FileSystemOn(StorageTarget target) => target switch
        {
            StorageTarget.Device device => config.FindDevice(device.Id)?.FileSystem,
            StorageTarget.Partition partition => config.FindPartition(partition.Id)?.Partition.FileSystem,
            _ => null,
        };

        /// <summary>The boot disk: the chosen one, else the first that is large enough, else the only one.</summary>
        public BlockDevice? BootDevice
        {
            get
            {
                if (config.BootDisk is { } chosen && config.FindDevice(chosen) is { } device) return device;
                List<BlockDevice> disks =
                    [.. config.BlockDevices.Where(disk => disk.Type == BlockDeviceType.Physical && !disk.Tags.Contains("removable"))];
                return disks.Find(disk => disk.Size >= BlockDeviceRules.SmallestBootDisk) ?? (disks is [var only] ? only : null);
            }
        }

        public StorageConfig WithDevice(BlockDevice device) =>
            config with { BlockDevices = [.. config.BlockDevices.Select(other => other.Id == device.Id ? device : other)] };

        public StorageConfig WithGroup(FileSystemGroup group) =>
            config with { Groups = [.. config.Groups.Select(other => other.Id == group.Id ? group : other)] };

        public StorageConfig WithPartition(DiskPartition partition) => config with
        {
            BlockDevices =
            [
                .. config.BlockDevices.Select(device => device.Partitions.Any(other => other.Id == partition.Id)
                    ? device with { Partitions = [.. device.Partitions.Select(other => other.Id == partition.Id ? partition : other)] }
                    : device),
            ],
        };

        public StorageConfig WithFileSystem(StorageTarget target, FileSystem? fileSystem) => target switch
        {
            StorageTarget.Device device when config.FindDevice(device.Id) is { } found =>
                config.WithDevice(found with { FileSystem = fileSystem }),
            StorageTarget.Partition partition when config.FindPartition(partition.Id) is { } found =>
                config.WithPartition(found.Partition with { FileSystem = fileSystem }),
            _ => config,
        };
    }
}
