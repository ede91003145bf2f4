using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

public class StorageSizesTests
{
    private const long MiB = StoragePlan.MiB;
    private const long GiB = StoragePlan.GiB;

    [Theory]
    [InlineData("amd64", true, 5 * MiB, 1)]
    [InlineData("amd64", false, 6 * MiB, 2)]
    [InlineData("ppc64el", false, 13 * MiB, 2)]
    [InlineData("arm64", true, 5 * MiB, 1)]
    public void A_partition_table_takes_what_the_platform_needs(string architecture, bool uefi, long overhead, int first)
    {
        var plan = new StoragePlan(2, 10 * GiB, architecture, uefi);
        plan.Partition(1);
        var partition = plan["sda"].Partitions.Single();
        partition.Number.Should().Be(first);
        partition.Size.Should().Be((10 * GiB - overhead) / (4 * MiB) * (4 * MiB));
        StorageView.AvailableSize(plan.Config, plan["sda"]).Should().Be(0);
        StorageView.UsedSize(plan.Config, plan["sda"]).Should().Be(10 * GiB);
        StorageView.PathOf(plan.Config, plan["sda"], partition).Should().Be($"/dev/disk/by-dname/sda-part{first}");
    }

    [Fact]
    public void POWER_reserves_a_partition_on_the_boot_disk_alone_and_BIOS_on_each_disk()
    {
        var power = new StoragePlan(2, 10 * GiB, "ppc64el", uefi: false);
        power.Partition(1);
        power.Partition(2);
        power["sda"].Partitions[0].Number.Should().Be(2);
        power["sdb"].Partitions[0].Number.Should().Be(1);
        PartitionRules.BootLoaderOf(power.Config, power["sda"]).Should().Be(BootLoaderPartition.Prep);
        power.Do(config => BlockDeviceRules.SetBootDisk(config, 2));
        power["sda"].Partitions[0].Number.Should().Be(1);
        power["sdb"].Partitions[0].Number.Should().Be(2);

        var bios = new StoragePlan(2, 10 * GiB, "amd64", uefi: false);
        bios.Partition(2);
        bios["sdb"].Partitions[0].Number.Should().Be(2);
        PartitionRules.BootLoaderOf(bios.Config, bios["sdb"]).Should().Be(BootLoaderPartition.BiosGrub);
    }

    [Fact]
    public void Partitions_are_rounded_down_and_move_up_when_one_goes()
    {
        var plan = new StoragePlan();
        plan.Partition(1, "1000000000");
        plan.Partition(1, "2G");
        plan.Partition(1, "3G");
        plan["sda"].Partitions.Select(partition => partition.Size).Should().Equal(998244352, 1996488704, 2998927360);
        plan.Do(config => PartitionRules.Delete(config, 2));
        plan["sda"].Partitions.Select(partition => (partition.Id, partition.Number)).Should().Equal((1, 1), (3, 2));
        plan.Partition(1, "1G").Should().Be(4, "ids are not used again");
        plan.Do(config => BlockDeviceRules.Update(config, 1, new BlockDeviceRequest { PartitionTable = "MBR" }));
        plan.Partition(1, "1G");
        plan.Partition(1, "1G");
        plan["sda"].Partitions.Select(partition => partition.Number).Should().Equal(1, 2, 3, 5, 6);
    }

    [Theory]
    [InlineData("raid-0", 3, 2999999609856)]
    [InlineData("raid-1", 3, 999999869952)]
    [InlineData("raid-5", 3, 1999999870976)]
    [InlineData("raid-6", 4, 1999999870976)]
    [InlineData("raid-10", 3, 1499999870464)]
    [InlineData("raid-10", 4, 1999999870976)]
    public void The_size_of_a_RAID_is_whole_bytes(string level, int devices, long size)
    {
        var plan = new StoragePlan(5, 1_000_000_001_024);
        string[] names = ["sdb", "sdc", "sdd", "sde"];
        plan.Raid(level, names[..devices]);
        plan["md0"].Size.Should().Be(size);
        StorageView.UsedFor(plan.Config, plan["sdb"]).Should().Be($"Active {level} device for md0");
    }

    [Fact]
    public void A_RAID_with_the_boot_disk_is_made_of_partitions()
    {
        var plan = new StoragePlan(3);
        plan.Raid("raid-1", "sda", "sdb");
        plan["sda"].Partitions.Should().ContainSingle().Which.FileSystem!.Type.Should().Be(FileSystemType.Raid);
        plan["sdb"].Partitions.Should().ContainSingle().Which.FileSystem!.Type.Should().Be(FileSystemType.Raid);
        plan.Do(config => RaidRules.Update(config, 1, new GroupUpdate { AddSpareDevices = ["sdc"], Name = "system" }, plan.Ids));
        plan["system"].Size.Should().Be(plan["sda"].Partitions[0].Size - 131072);
        StorageView.UsedFor(plan.Config, plan["sdc"]).Should().Be("Spare raid-1 device for system");
        plan.Do(config => RaidRules.Delete(config, 1));
        plan.Config.BlockDevices.Should().HaveCount(3);
        plan["sdc"].FileSystem.Should().BeNull();
    }

    [Fact]
    public void A_volume_group_keeps_an_extent_of_each_member_for_itself()
    {
        var plan = new StoragePlan(3, 10 * GiB);
        var group = plan.VolumeGroup("vg0", "sdb", "sdc");
        StorageView.SizeOf(plan.Config, plan.Config.Groups[0]).Should().Be((20 * GiB) - (8 * MiB));
        var volume = plan.Volume(group, "lv0", "5000000000");
        plan["lv0"].Size.Should().Be(4999610368);
        StorageNames.NameOf(plan.Config, plan["lv0"]).Should().Be("vg0-lv0");
        plan.Do(config => BlockDeviceRules.Update(config, volume, new BlockDeviceRequest { Size = "6000000000", Name = "data" }));
        plan["data"].Size.Should().Be(5997854720);
        plan.Do(config => VolumeGroupRules.DeleteLogicalVolume(config, group, volume));
        plan.Do(config => VolumeGroupRules.Delete(config, group));
        StorageView.UsedFor(plan.Config, plan["sdb"]).Should().Be("Unused");
    }

    [Fact]
    public void What_is_built_on_a_RAID_grows_with_it()
    {
        var plan = new StoragePlan(5, 10 * GiB);
        var inner = plan.Raid("raid-1", "sdb", "sdc");
        var device = plan["md0"].Id;
        plan.CacheSet("sdd");
        plan.Bcache("md0");
        plan.Do(config => BlockDeviceRules.Update(config, 2, new BlockDeviceRequest { Size = "5G" }));
        plan["md0"].Size.Should().Be(5_000_000_000 - 131072);
        plan["bcache0"].Size.Should().Be(plan["md0"].Size);
        StorageView.UsedFor(plan.Config, plan["md0"]).Should().Be("Backing device for bcache0");
        StorageView.UsedFor(plan.Config, plan["sdd"]).Should().Be("Cache device for cache0");
        plan.Config.FindDevice(device).Should().NotBeNull();
        plan.Refuses(config => RaidRules.Delete(config, inner), "__all__", "Cannot delete block device because its part of a Bcache.");
    }

    [Theory]
    [InlineData("10", 10)]
    [InlineData("10k", 10_000)]
    [InlineData("3G", 3_000_000_000)]
    [InlineData("-1M", -1_000_000)]
    [InlineData("99999999999999999999E", long.MaxValue)]
    public void Sizes_have_decimal_suffixes(string text, long bytes)
    {
        StorageSize.TryParse(text, out var size).Should().BeTrue();
        size.Should().Be(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("1.5G")]
    [InlineData("1 G")]
    [InlineData("10%")]
    [InlineData("1000000000000000000000000000000000000000")]
    public void Other_texts_are_no_sizes(string text) => StorageSize.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Swap_is_mounted_nowhere_and_special_file_systems_need_no_device()
    {
        var plan = new StoragePlan(3);
        foreach (var device in new[] { 2, 3 })
        {
            plan.Format(new StorageTarget.Device(device), "swap");
            plan.Mount(new StorageTarget.Device(device), "");
        }

        StorageView.UsedFor(plan.Config, plan["sdc"]).Should().Be("swap formatted filesystem mounted at none");
        plan.Do(config => FileSystemRules.Unmount(config, new StorageTarget.Device(2)));
        StorageView.UsedFor(plan.Config, plan["sdb"]).Should().Be("Unmounted swap formatted filesystem");
        plan.Do(config => FileSystemRules.Unformat(config, new StorageTarget.Device(2)));
        plan.Do(config => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/tmp", "size=1G"), plan.Ids));
        plan.Config.SpecialFileSystems.Should().ContainSingle().Which.MountOptions.Should().Be("size=1G");
        plan.Do(config => FileSystemRules.UnmountSpecial(config, "/tmp"));
        plan.Config.SpecialFileSystems.Should().BeEmpty();
    }
}
