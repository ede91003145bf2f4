using CsCheck;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

/// <summary>Whatever operations follow each other, with whatever numbers, the configuration stays sound.</summary>
public class AnyStorageSequenceTests
{
    private static readonly string[] Types = ["ext4", "swap", "xfs", "vfat", "tmpfs", "nonsense"];
    private static readonly string[] Levels = ["raid-0", "raid-1", "raid-5", "raid-6", "raid-10"];
    private static readonly string[] Layouts = ["flat", "lvm", "bcache", "blank"];
    private static readonly string[] Points = ["/", "/boot", "/srv", "/srv/", "none", "", "/a\nb"];
    private static readonly string?[] Sizes = [null, "4194304", "1G", "10G", "5%", "20G", "99999999999E", "x"];

    [Fact]
    public void No_sequence_of_operations_breaks_a_configuration() =>
        Gen.Select(Gen.Int[0, 3], Gen.Select(Gen.Int[0, 24], Gen.Int[0, 11], Gen.Int[0, 11], Gen.Int[0, 11]).List[1, 40]).Sample(
            (platform, steps) =>
            {
                var (architecture, uefi) = platform switch
                {
                    0 => ("amd64", true),
                    1 => ("amd64", false),
                    2 => ("ppc64el", false),
                    _ => ("arm64", false),
                };
                var plan = new StoragePlan(6, 30 * StoragePlan.GiB, architecture, uefi);
                foreach (var (operation, a, b, c) in steps)
                {
                    if (Run(plan.Config, plan.Ids, operation, a, b, c) is not StorageResult.Changed changed) continue;
                    plan.Config = changed.Config;
                    StorageInvariants.Check(plan.Config);
                    StorageIssues.Find(plan.Config, "centos", "8");
                }
            },
            iter: 1000);

    internal static StorageResult Run(StorageConfig config, IIdSource ids, int operation, int a, int b, int c)
    {
        StorageTarget target = c % 2 == 0 ? new StorageTarget.Device(a) : new StorageTarget.Partition(a);
        string[] devices = [$"{a}", $"{b}", $"{c}"];
        string[] partitions = c % 3 == 0 ? [$"{c + 1}"] : [];
        return operation switch
        {
            0 or 1 => PartitionRules.Create(config, a, new PartitionRequest { Size = Sizes[b % Sizes.Length], Bootable = c == 0 }, ids),
            2 => PartitionRules.Delete(config, a),
            3 or 4 => FileSystemRules.Format(config, target, new FileSystemRequest(Types[b % Types.Length]), ids),
            5 => FileSystemRules.Mount(config, target, new MountRequest(Points[b % Points.Length])),
            6 => FileSystemRules.Unmount(config, target),
            7 => FileSystemRules.Unformat(config, target),
            8 => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest(Points[b % Points.Length]), ids),
            9 => VolumeGroupRules.Create(config, new GroupRequest { Name = $"vg{c}", BlockDevices = [$"{a}"], Partitions = partitions },
                ids),
            10 => VolumeGroupRules.CreateLogicalVolume(config, a, new LogicalVolumeRequest($"lv{b}", Sizes[c % Sizes.Length]), ids),
            11 => VolumeGroupRules.Update(config, a, new GroupUpdate { AddBlockDevices = [$"{b}"], RemoveBlockDevices = [$"{c}"] }, ids),
            12 => VolumeGroupRules.Delete(config, a),
            13 or 14 => RaidRules.Create(config, Levels[b % Levels.Length],
                new GroupRequest { BlockDevices = devices, Partitions = partitions }, ids),
            15 => RaidRules.Update(config, a, new GroupUpdate { AddSpareDevices = [$"{b}"], RemoveBlockDevices = c > 5 ? [$"{c}"] : [] },
                ids),
            16 => RaidRules.Update(config, a, new GroupUpdate { AddBlockDevices = [$"{b}"], Name = $"md{c}" }, ids),
            17 => RaidRules.Delete(config, a),
            18 => CacheSetRules.Create(config, new CacheSetRequest(Device: $"{a}"), ids),
            19 => BcacheRules.Create(
                config, new BcacheRequest { BackingDevice = $"{a}", CacheSet = $"{b}", CacheMode = "writeback" }, ids),
            20 => BcacheRules.Update(config, a, new BcacheRequest { BackingDevice = $"{b}", CacheSet = $"{c}" }, ids),
            21 => c % 2 == 0 ? BcacheRules.Delete(config, a) : CacheSetRules.Delete(config, a),
            22 => c % 2 == 0 ? CacheSetRules.Update(config, a, new CacheSetRequest(Device: $"{b}"), ids)
                : BlockDeviceRules.Delete(config, a),
            23 => c % 2 == 0
                ? BlockDeviceRules.SetBootDisk(config, a)
                : BlockDeviceRules.Update(config, a, new BlockDeviceRequest { Size = Sizes[b % Sizes.Length], PartitionTable = "MBR" }),
            _ => c % 4 == 0
                ? StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = Layouts[b % Layouts.Length], AllowFallback = true }, ids)
                : BlockDeviceRules.AddTag(config, a, "ssd"),
        };
    }
}
