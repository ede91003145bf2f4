using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

/// <summary>What is true of every configuration, whatever operations led to it.</summary>
public static class StorageInvariants
{
    public static void Check(StorageConfig config)
    {
        Unique(config.BlockDevices.Select(device => device.Id));
        Unique(config.BlockDevices.Select(device => device.Name));
        Unique(config.Groups.Select(group => group.Id));
        Unique(config.Groups.Select(group => group.Name));
        Unique(config.CacheSets.Select(set => set.Id));
        Unique(config.BlockDevices.SelectMany(device => device.Partitions).Select(partition => partition.Id));
        Unique(FileSystems(config).Select(fileSystem => fileSystem.Id));
        Unique(FileSystems(config).Select(fileSystem => fileSystem.MountPoint).Where(point => point is not null and not "none"));
        foreach (var device in config.BlockDevices) CheckDevice(config, device);
        foreach (var group in config.Groups) CheckGroup(config, group);
        foreach (var fileSystem in FileSystems(config))
        {
            if (fileSystem.Group is { } group) config.Groups.Should().Contain(one => one.Id == group);
            if (fileSystem.CacheSet is { } set) config.CacheSets.Should().Contain(one => one.Id == set);
            if (fileSystem.Group is not null || fileSystem.CacheSet is not null) fileSystem.MountPoint.Should().BeNull();
        }

        foreach (var set in config.CacheSets) StorageView.DeviceOf(config, set).Should().NotBeNull();
        if (config.BootDisk is { } boot) config.BlockDevices.Single(device => device.Id == boot).FileSystem.Should().BeNull();
        var json = new NodeConfig { Storage = config }.ToJson();
        NodeConfig.FromJson(json).ToJson().Should().Be(json);
    }

    private static void CheckDevice(StorageConfig config, BlockDevice device)
    {
        device.Size.Should().BePositive();
        StorageView.UsedFor(config, device).Should().NotBeEmpty();
        StorageView.PathOf(config, device).Should().StartWith("/dev/disk/by-dname/");
        (StorageView.UsedSize(config, device) + StorageView.AvailableSize(config, device)).Should().BeLessThanOrEqualTo(device.Size);
        (device.PartitionTable is null).Should().Be(device.Partitions.Count == 0, "a table has partitions");
        if (device.PartitionTable is not null) device.FileSystem.Should().BeNull("nothing is used twice");
        Unique(device.Partitions.Select(partition => partition.Number));
        device.Partitions.Select(partition => partition.Number).Should().BeInAscendingOrder();
        device.Partitions.All(partition => partition.Size % (4 * StoragePlan.MiB) == 0 && partition.Size > 0).Should().BeTrue();

        // The table takes 4 MiB at the beginning and 1 MiB at the end: what is side by side in between does not overlap.
        if (device.Partitions.Count > 0)
            (device.Partitions.Sum(partition => partition.Size) + (5 * StoragePlan.MiB)).Should().BeLessThanOrEqualTo(device.Size);
        (device.Type == BlockDeviceType.Virtual).Should().Be(device.Group is not null);
        if (device.Group is { } id) config.Groups.Should().Contain(group => group.Id == id);
        Depth(config, device, 0);
    }

    private static void CheckGroup(StorageConfig config, FileSystemGroup group)
    {
        var members = FileSystems(config).Where(fileSystem => fileSystem.Group == group.Id).Select(fileSystem => fileSystem.Type).ToList();
        members.Should().NotBeEmpty();
        var devices = StorageView.DevicesOf(config, group);
        if (group.Type == FileSystemGroupType.VolumeGroup)
        {
            members.All(role => role == FileSystemType.LvmPhysicalVolume).Should().BeTrue();
            devices.Sum(device => device.Size).Should().BeLessThanOrEqualTo(StorageView.SizeOf(config, group));
            StorageView.AvailableSize(config, group).Should().BeGreaterThanOrEqualTo(0);
            return;
        }

        devices.Should().ContainSingle().Which.Should().Match<BlockDevice>(device =>
            device.Name == group.Name && device.Size == StorageView.SizeOf(config, group));
        var least = group.Type switch
        {
            FileSystemGroupType.Bcache => 1,
            FileSystemGroupType.Raid0 or FileSystemGroupType.Raid1 => 2,
            FileSystemGroupType.Raid6 => 4,
            _ => 3,
        };
        members.Count(role => role is FileSystemType.Raid or FileSystemType.BcacheBacking).Should().BeGreaterThanOrEqualTo(least);
        if (group.Type == FileSystemGroupType.Bcache) config.CacheSets.Should().Contain(set => set.Id == group.CacheSet);
    }

    // A device that consists of itself would never end here.
    private static void Depth(StorageConfig config, BlockDevice device, int depth)
    {
        depth.Should().BeLessThan(64, "no device consists of itself");
        if (device.Group is not { } id) return;
        var set = config.Groups.Single(group => group.Id == id).CacheSet;
        foreach (var below in config.BlockDevices)
            if (below.Partitions.Select(partition => partition.FileSystem).Append(below.FileSystem).Any(fileSystem =>
                fileSystem is not null && (fileSystem.Group == id || (set is not null && fileSystem.CacheSet == set))))
                Depth(config, below, depth + 1);
    }

    private static IEnumerable<FileSystem> FileSystems(StorageConfig config) => config.BlockDevices
        .SelectMany(device => device.Partitions.Select(partition => partition.FileSystem).Append(device.FileSystem))
        .Concat(config.SpecialFileSystems).OfType<FileSystem>();

    private static void Unique<T>(IEnumerable<T> values) => values.Should().OnlyHaveUniqueItems();
}
