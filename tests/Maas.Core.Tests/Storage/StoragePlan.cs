using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

/// <summary>A configuration that a test changes step by step. Disks are named sda, sdb … and are numbered from 1.</summary>
public sealed class StoragePlan
{
    public const long GiB = 1024L * 1024 * 1024;
    public const long MiB = 1024L * 1024;

    public StoragePlan(int disks = 1, long size = 100 * GiB, string architecture = "amd64", bool uefi = true)
    {
        Config = new StorageConfig { Platform = new BootPlatform(architecture, uefi) };
        for (var number = 0; number < disks; number++)
            Do(config => BlockDeviceRules.Create(config, new BlockDeviceRequest
            {
                Name = $"sd{(char)('a' + number)}", Model = "Disk", Serial = $"serial-{number}", Size = $"{size}", BlockSize = "512",
            }, Ids));
    }

    public SequentialIds Ids { get; } = new();

    public StorageConfig Config { get; set; }

    public BlockDevice this[string name] => Config.BlockDevices.Single(device => device.Name == name);

    /// <summary>Applies a rule that must succeed; the number of what it made.</summary>
    public long Do(Func<StorageConfig, StorageResult> rule)
    {
        var result = rule(Config);
        var changed = result.Should().BeOfType<StorageResult.Changed>("it is {0}", result).Subject;
        Config = changed.Config;
        StorageInvariants.Check(Config);
        return changed.Id;
    }

    public void Refuses(Func<StorageConfig, StorageResult> rule, string field, string message) =>
        rule(Config).Should().Be(new StorageResult.Refused(field, message));

    public long Partition(long device, string? size = null) =>
        Do(config => PartitionRules.Create(config, device, new PartitionRequest { Size = size }, Ids));

    public void Format(StorageTarget target, string type = "ext4") =>
        Do(config => FileSystemRules.Format(config, target, new FileSystemRequest(type), Ids));

    public void Mount(StorageTarget target, string point) =>
        Do(config => FileSystemRules.Mount(config, target, new MountRequest(point)));

    public long Raid(string level, params string[] devices) =>
        Do(config => RaidRules.Create(config, level, new GroupRequest { BlockDevices = devices }, Ids));

    public long VolumeGroup(string name, params string[] devices) =>
        Do(config => VolumeGroupRules.Create(config, new GroupRequest { Name = name, BlockDevices = devices }, Ids));

    public long Volume(long group, string name, string? size = null) =>
        Do(config => VolumeGroupRules.CreateLogicalVolume(config, group, new LogicalVolumeRequest(name, size), Ids));

    public long CacheSet(string device) => Do(config => CacheSetRules.Create(config, new CacheSetRequest(device), Ids));

    public long Bcache(string backing, string set = "cache0", string mode = "writeback") => Do(config => BcacheRules.Create(
        config, new BcacheRequest { BackingDevice = backing, CacheSet = set, CacheMode = mode }, Ids));

    public void Apply(StorageLayoutRequest request) => Do(config => StorageLayouts.Apply(config, request, Ids));
}
