using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

public class StorageLayoutsTests
{
    private const long GiB = StoragePlan.GiB;
    private static readonly StorageLayoutRequest Flat = new() { Layout = "flat" };
    private static readonly StorageLayoutRequest Lvm = new() { Layout = "lvm" };
    private static readonly StorageLayoutRequest Bcache = new() { Layout = "bcache" };

    [Theory]
    [InlineData("amd64", true, "sda-part1 fat32 /boot/efi", "sda-part2 ext4 /")]
    [InlineData("amd64", false, "sda-part2 ext4 /")]
    [InlineData("arm64", true, "sda-part1 fat32 /boot/efi", "sda-part2 ext4 /")]
    [InlineData("arm64", false, "sda-part1 ext4 /boot", "sda-part2 ext4 /")]
    [InlineData("ppc64el", false, "sda-part2 ext4 /")]
    public void Flat_is_what_the_platform_boots(string architecture, bool uefi, params string[] mounts)
    {
        var plan = new StoragePlan(2, 100 * GiB, architecture, uefi);
        plan.Apply(Flat);
        Mounts(plan).Should().Equal(mounts);
        StorageIssues.Find(plan.Config, "ubuntu").Should().BeEmpty();
        StorageView.AvailableSize(plan.Config, plan["sda"]).Should().Be(0);
    }

    [Fact]
    public void Flat_takes_sizes_and_a_root_device()
    {
        var plan = new StoragePlan(2);
        plan.Apply(Flat with { BootSize = "1G", RootSize = "50%", RootDevice = "2" });
        Mounts(plan).Should().Equal("sda-part1 fat32 /boot/efi", "sda-part2 ext4 /boot", "sdb-part1 ext4 /");
        plan["sdb"].Partitions[0].Size.Should().Be(53418655744);
        plan["sda"].Partitions[1].Size.Should().Be(998244352);
    }

    [Fact]
    public void Lvm_has_a_volume_group_with_the_root_in_it()
    {
        var plan = new StoragePlan();
        plan.Apply(Lvm);
        Mounts(plan).Should().Equal("sda-part1 fat32 /boot/efi", "vgroot-lvroot ext4 /");
        plan.Apply(Lvm with { VolumeGroupName = "system", LogicalVolumeName = "slash", LogicalVolumeSize = "20G", BootSize = "1G" });
        Mounts(plan).Should().Equal("sda-part1 fat32 /boot/efi", "sda-part2 ext4 /boot", "system-slash ext4 /");
        plan["slash"].Size.Should().Be(19998441472);
        StorageIssues.Find(plan.Config).Should().BeEmpty();
    }

    [Fact]
    public void Bcache_has_its_cache_on_the_smallest_solid_state_disk()
    {
        var plan = new StoragePlan(3);
        plan.Refuses(config => StorageLayouts.Apply(config, Bcache, plan.Ids),
            "", "Failed to configure storage layout 'bcache': Node doesn't have an available cache device to setup bcache.");
        plan.Apply(Bcache with { AllowFallback = true });
        Mounts(plan).Should().Equal("sda-part1 fat32 /boot/efi", "sda-part2 ext4 /");
        plan.Do(config => BlockDeviceRules.AddTag(config, 3, "ssd"));
        plan.Apply(Bcache with { CacheSize = "50%", CacheMode = "writeback" });
        Mounts(plan).Should().Equal("sda-part1 fat32 /boot/efi", "sda-part2 ext4 /boot", "bcache0 ext4 /");
        plan["sdc"].Partitions.Should().ContainSingle().Which.FileSystem!.Type.Should().Be(FileSystemType.BcacheCache);
        plan.Apply(Bcache with { CacheDevice = "2", CacheWithoutPartition = true });
        plan["sdb"].FileSystem!.Type.Should().Be(FileSystemType.BcacheCache);
        plan.Config.Groups[0].CacheMode.Should().Be(CacheMode.Writethrough);
        StorageIssues.Find(plan.Config, "centos").Should().Equal(
            "This node cannot be deployed because the selected deployment OS, centos, does not support Bcache.");
    }

    [Fact]
    public void Blank_is_the_way_to_begin_again()
    {
        var plan = new StoragePlan(3);
        var before = plan.Config;
        plan.Apply(Lvm);
        plan.Do(config => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/tmp"), plan.Ids));
        plan.Raid("raid-1", "sdb", "sdc");
        plan.Apply(new StorageLayoutRequest { Layout = "blank" });
        plan.Config.Should().BeEquivalentTo(before);
        var first = new StorageTarget.Partition(plan.Partition(1, "536870912"));
        var second = new StorageTarget.Partition(plan.Partition(1, "536870912"));
        plan.Format(first, "vfat");
        plan.Format(second, "vfat");
        plan.Refuses(config => FileSystemRules.Mount(config, first, new MountRequest("")), "mount_point", "This field is required.");
        plan.Mount(first, "/boot/efi");
        plan.Refuses(config => FileSystemRules.Mount(config, second, new MountRequest("/boot/efi")),
            "__all__", "Another filesystem is already mounted at /boot/efi.");
        plan.Do(config => FileSystemRules.Unmount(config, first));
        plan.Do(config => FileSystemRules.Unformat(config, first));
        plan.Do(config => PartitionRules.Delete(config, first.Id));
        plan.Do(config => PartitionRules.Delete(config, second.Id));
        plan.Config.Should().BeEquivalentTo(before);
    }

    [Theory]
    [InlineData("", "", "", "storage_layout", "This field is required.")]
    [InlineData("vmfs6", "", "", "storage_layout",
        "'vmfs6' is not a valid storage_layout.  It should be one of: 'bcache', 'blank', 'custom', 'flat', 'lvm'.")]
    [InlineData("flat", "1M", "", "boot_size", "Size is too small. Minimum size is 536870912.")]
    [InlineData("flat", "99%", "", "boot_size", "Size is too large. Maximum size is 103616086016.")]
    [InlineData("flat", "x", "", "boot_size", "Enter a valid value.")]
    [InlineData("flat", "", "1G", "root_size", "Size is too small. Minimum size is 3221225472.")]
    [InlineData("lvm", "", "200G", "root_size", "Size is too large. Maximum size is 106300440576.")]
    [InlineData("flat", "60%", "60%", "__all__",
        "Size of the boot partition and root partition are larger than the available space on the boot disk.")]
    public void Parameters_have_limits(string layout, string boot, string root, string field, string message) => new StoragePlan().Refuses(
        config => StorageLayouts.Apply(
            config, new StorageLayoutRequest { Layout = layout, BootSize = boot, RootSize = root }, new SequentialIds()), field, message);

    [Fact]
    public void Parameters_of_one_layout_have_limits_too()
    {
        var plan = new StoragePlan(2);
        plan.Refuses(config => StorageLayouts.Apply(config, Flat with { RootDevice = "9" }, plan.Ids),
            "root_device", "'9' is not a valid root_device.  It should be one of: '1', '2'.");
        plan.Refuses(config => StorageLayouts.Apply(config, Lvm with { LogicalVolumeSize = "1G" }, plan.Ids),
            "lv_size", "Size is too small. Minimum size is 3221225472.");
        plan.Refuses(config => StorageLayouts.Apply(config, Lvm with { RootSize = "50G", LogicalVolumeSize = "60G" }, plan.Ids),
            "lv_size", "Size is too large. Maximum size is 50000000000.");
        plan.Refuses(config => StorageLayouts.Apply(config, Lvm with { VolumeGroupName = "a b" }, plan.Ids), "vg_name",
            "Enter a valid value.");
        plan.Refuses(config => StorageLayouts.Apply(config, Lvm with { LogicalVolumeName = "sdb" }, plan.Ids),
            "__all__", "Block device with this Node config and Name already exists.");
        plan.Refuses(config => StorageLayouts.Apply(config, Bcache with { CacheDevice = "1" }, plan.Ids),
            "cache_device", "'1' is not a valid cache_device.  It should be one of: '2'.");
        plan.Refuses(config => StorageLayouts.Apply(config, Bcache with { CacheMode = "fast" }, plan.Ids),
            "cache_mode", "Select a valid choice. fast is not one of the available choices.");
        plan.Refuses(config => StorageLayouts.Apply(config, Bcache with { CacheSize = "1G", CacheWithoutPartition = true }, plan.Ids),
            "cache_size", "Cannot use cache_size and cache_no_part at the same time.");
        plan.Refuses(config => StorageLayouts.Apply(config, Bcache with { CacheDevice = "2", CacheSize = "500G" }, plan.Ids),
            "cache_size", "Size is too large. Maximum size is 107374182400.");
        new StoragePlan(0).Refuses(config => StorageLayouts.Apply(config, Flat, plan.Ids),
            "", "Machine is missing a boot disk; no storage layout can be applied.");
    }

    [Fact]
    public void A_node_without_a_root_file_system_is_not_deployable()
    {
        StorageIssues.Find(new StoragePlan(0).Config).Should().Equal(
            "Specify a storage device to be able to deploy this node.", "Mount the root '/' filesystem to be able to deploy this node.");
        var plan = new StoragePlan(4);
        plan.CacheSet("sdb");
        plan.Bcache("sdc");
        plan.Format(new StorageTarget.Device(plan["bcache0"].Id), "btrfs");
        plan.Mount(new StorageTarget.Device(plan["bcache0"].Id), "/");
        StorageIssues.Find(plan.Config, "rhel", "rhel8").Should().Equal(
            "This node cannot be deployed because it cannot boot from a bcache volume. "
                + "Mount /boot on a non-bcache device to be able to deploy this node.",
            "This node cannot be deployed because the selected deployment OS, rhel, does not support Bcache.",
            "This node cannot be deployed because the selected deployment OS release, rhel rhel8, does not support BTRFS.");
        StorageIssues.Find(plan.Config with { Platform = new BootPlatform("arm64", false) }).Should().HaveCount(2).And.Contain(
            "This node cannot be deployed because it needs a separate /boot partition.  "
                + "Mount /boot on a device to be able to deploy this node.");
        plan.Format(new StorageTarget.Partition(plan.Partition(1)), "zfsroot");
        plan.Mount(new StorageTarget.Partition(1), "/boot");
        StorageIssues.Find(plan.Config).Should().BeEmpty();
        StorageIssues.Find(plan.Config, "centos").Should().Contain(
            "This node cannot be deployed because the selected deployment OS, centos, does not support ZFS.");
    }

    internal static IReadOnlyList<string> Mounts(StoragePlan plan) =>
    [
        .. plan.Config.BlockDevices.SelectMany(device => device.Partitions
            .Select(partition => (Name: StorageNames.NameOf(plan.Config, device, partition), partition.FileSystem))
            .Prepend((Name: StorageNames.NameOf(plan.Config, device), device.FileSystem)))
            .Where(item => item.FileSystem?.MountPoint is not null)
            .Select(item => $"{item.Name} {StorageNames.NameOf(item.FileSystem!.Type)} {item.FileSystem.MountPoint}"),
    ];
}
