using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

/// <summary>Each refusal has MAAS's field and words: clients recognise some of them by their words alone.</summary>
public class StorageRefusalTests
{
    private const string Whole = "__all__";
    private static readonly StorageTarget Sda = new StorageTarget.Device(1);
    private static readonly StorageTarget Sdb = new StorageTarget.Device(2);
    private static readonly StorageTarget Part = new StorageTarget.Partition(1);

    // Four disks of 10 GiB: sda is the boot disk and has a partition, sdd is the physical volume of a group with a logical volume.
    private readonly StoragePlan _plan = new(4, 10 * StoragePlan.GiB);
    private readonly long _group;
    private readonly long _volume;

    public StorageRefusalTests()
    {
        _plan.Partition(1, "1G");
        _group = _plan.VolumeGroup("vg0", "sdd");
        _volume = _plan.Volume(_group, "lv0", "1G");
    }

    private IIdSource Ids => _plan.Ids;

    [Theory]
    [InlineData("1", "Ensure this value is greater than or equal to 4194304.")]
    [InlineData("99G", "Ensure this value is less than or equal to 10737418240.")]
    [InlineData("10G", "Partition cannot be saved; not enough free space on the block device.")]
    [InlineData("many", "Enter a valid value.")]
    [InlineData("-5", "Ensure this value is greater than or equal to 4194304.")]
    public void A_partition_has_a_size_that_fits(string size, string message) =>
        _plan.Refuses(config => PartitionRules.Create(config, 1, new PartitionRequest { Size = size }, Ids), "size", message);

    [Fact]
    public void A_partition_table_is_on_a_disk_or_a_RAID_without_a_file_system()
    {
        _plan.Refuses(config => PartitionRules.Create(config, _volume, new PartitionRequest(), Ids),
            "block_device", "Cannot create a partition table on a logical volume.");
        _plan.Refuses(config => PartitionRules.Create(config, 4, new PartitionRequest(), Ids),
            Whole, "Cannot create a partition on a block device that is formatted or part of a group.");
        _plan.CacheSet("sdb");
        var bcache = _plan.Bcache("sdc");
        var device = StorageView.DevicesOf(_plan.Config, _plan.Config.Groups.Single(group => group.Id == bcache)).Single();
        _plan.Refuses(config => PartitionRules.Create(config, device.Id, new PartitionRequest(), Ids),
            "block_device", "Cannot create a partition table on a Bcache volume.");
        PartitionRules.Create(_plan.Config, 99, new PartitionRequest(), Ids).Should().Be(new StorageResult.NotFound("BlockDevice"));
        PartitionRules.Delete(_plan.Config, 99).Should().Be(new StorageResult.NotFound("Partition"));
    }

    [Fact]
    public void An_MBR_has_no_partition_over_2_TiB()
    {
        var plan = new StoragePlan(1, 4096 * StoragePlan.GiB);
        plan.Partition(1, "1G");
        plan.Do(config => BlockDeviceRules.Update(config, 1, new BlockDeviceRequest { PartitionTable = "MBR" }));
        plan.Refuses(config => PartitionRules.Create(config, 1, new PartitionRequest { Size = "3T" }, Ids),
            "size", "Partition cannot be saved; size is larger than the MBR 2TiB maximum.");
        plan.Partition(1);
        plan.Config.BlockDevices[0].Partitions[1].Size.Should().Be((2048 * StoragePlan.GiB) - (4 * StoragePlan.MiB));
    }

    [Fact]
    public void Formatting_needs_a_type_and_a_place_that_is_free()
    {
        _plan.Refuses(config => FileSystemRules.Format(config, Part, new FileSystemRequest(""), Ids), "fstype", "This field is required.");
        _plan.Refuses(config => FileSystemRules.Format(config, Part, new FileSystemRequest("ntfs"), Ids),
            "fstype", "Select a valid choice. ntfs is not one of the available choices.");
        _plan.Refuses(config => FileSystemRules.Format(config, Part, new FileSystemRequest("lvm-pv"), Ids),
            "fstype", "Select a valid choice. lvm-pv is not one of the available choices.");
        _plan.Refuses(config => FileSystemRules.Format(config, Part, new FileSystemRequest("ext4", "a\nb"), Ids), "label",
            "Enter a valid value.");
        _plan.Refuses(config => FileSystemRules.Format(config, Part, new FileSystemRequest("tmpfs"), Ids),
            Whole, "Virtual filesystems must be mounted.");
        _plan.Refuses(config => FileSystemRules.Format(config, Sda, new FileSystemRequest("ext4"), Ids),
            Whole, "Cannot format block device with a partition table.");
        _plan.Refuses(config => FileSystemRules.Format(config, new StorageTarget.Device(4), new FileSystemRequest("ext4"), Ids),
            Whole, "Cannot format a block device that has a filesystem type of lvm-pv.");
        new StoragePlan().Refuses(config => FileSystemRules.Format(config, Sda, new FileSystemRequest("ext4"), Ids),
            Whole, "Cannot place filesystem directly on the boot disk. "
                + "Create a partition on the boot disk first and then format the partition.");
    }

    [Fact]
    public void A_mount_has_a_place_of_its_own()
    {
        _plan.Refuses(config => FileSystemRules.Mount(config, Part, new MountRequest("/")),
            Whole, "Cannot mount an unformatted partition or block device.");
        _plan.Refuses(config => FileSystemRules.Mount(config, new StorageTarget.Device(4), new MountRequest("/")),
            Whole, "Filesystem is part of a filesystem group, and cannot be mounted.");
        _plan.Format(Part);
        _plan.Refuses(config => FileSystemRules.Mount(config, Part, new MountRequest("")), "mount_point", "This field is required.");
        _plan.Refuses(config => FileSystemRules.Mount(config, Part, new MountRequest("srv")), "mount_point", "Enter a valid value.");
        _plan.Refuses(config => FileSystemRules.Mount(config, Part, new MountRequest("/a\nb")), "mount_point", "Enter a valid value.");
        _plan.Refuses(config => FileSystemRules.Mount(config, Part, new MountRequest("/" + new string('a', 255))),
            "mount_point", "Ensure this value has at most 255 characters (it has 256).");
        _plan.Refuses(config => FileSystemRules.Mount(config, Part, new MountRequest("/", "a\nb")), "mount_options",
            "Enter a valid value.");
        _plan.Mount(Part, "/srv");
        _plan.Format(Sdb);
        _plan.Refuses(config => FileSystemRules.Mount(config, Sdb, new MountRequest("/srv")),
            Whole, "Another filesystem is already mounted at /srv.");
        _plan.Refuses(config => FileSystemRules.Mount(config, Sdb, new MountRequest("/srv/")),
            Whole, "Another filesystem is already mounted at /srv/.");
        _plan.Refuses(config => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/srv"), Ids),
            Whole, "Another filesystem is already mounted at /srv.");
        _plan.Refuses(config => FileSystemRules.MountSpecial(config, "ext4", new MountRequest("/tmp"), Ids),
            "fstype", "Select a valid choice. ext4 is not one of the available choices.");
        _plan.Refuses(config => FileSystemRules.MountSpecial(config, "", new MountRequest("/tmp"), Ids), "fstype",
            "This field is required.");
        _plan.Refuses(config => FileSystemRules.UnmountSpecial(config, "/tmp"),
            "mount_point", "No special filesystem is mounted at this path.");
    }

    [Fact]
    public void Unmounting_and_unformatting_go_in_order()
    {
        _plan.Refuses(config => FileSystemRules.Unmount(config, Part), "", "Partition is not formatted.");
        _plan.Refuses(config => FileSystemRules.Unmount(config, Sdb), "", "Block device is not formatted.");
        _plan.Refuses(config => FileSystemRules.Unformat(config, Part), "", "Partition is not formatted.");
        _plan.Refuses(config => FileSystemRules.Unformat(config, Sdb), "", "Block device is not formatted.");
        _plan.Refuses(config => FileSystemRules.Unformat(config, new StorageTarget.Device(4)),
            "", "Filesystem is part of a filesystem group, and cannot be unformatted.");
        _plan.Format(Part);
        _plan.Refuses(config => FileSystemRules.Unmount(config, Part), "", "Filesystem is already unmounted.");
        _plan.Mount(Part, "/");
        _plan.Refuses(config => FileSystemRules.Unformat(config, Part), "",
            "Filesystem is mounted and cannot be unformatted. Unmount the filesystem before unformatting the partition.");
    }

    [Fact]
    public void A_volume_group_has_a_name_and_members_and_room()
    {
        _plan.Refuses(config => VolumeGroupRules.Create(config, new GroupRequest(), Ids), "name", "This field is required.");
        _plan.Refuses(config => VolumeGroupRules.Create(config, new GroupRequest { Name = "a b" }, Ids), "name", "Enter a valid value.");
        _plan.Refuses(config => VolumeGroupRules.Create(config, new GroupRequest { Name = "vg0", BlockDevices = ["sdb"] }, Ids),
            "name", "Another volume group with this name already exists.");
        _plan.Refuses(config => VolumeGroupRules.Create(config, new GroupRequest { Name = "vg1" }, Ids),
            Whole, "At least one valid block device or partition is required.");
        _plan.Refuses(config => VolumeGroupRules.Create(config, new GroupRequest { Name = "vg1", BlockDevices = ["sdd"] }, Ids),
            "block_devices", "Select a valid choice. sdd is not one of the available choices.");
        _plan.Refuses(config => VolumeGroupRules.Create(config, new GroupRequest { Name = "vg1", BlockDevices = ["sdb", "2"] }, Ids),
            "block_devices", "Select a valid choice. 2 is not one of the available choices.");
        _plan.Refuses(config => VolumeGroupRules.Create(config, new GroupRequest { Name = "vg1", Partitions = ["sda-part9"] }, Ids),
            "partitions", "Select a valid choice. sda-part9 is not one of the available choices.");
        _plan.Refuses(config => VolumeGroupRules.Update(config, _group, new GroupUpdate { RemoveBlockDevices = ["sdd"] }, Ids),
            Whole, "At least one filesystem must have been added.");
        _plan.Refuses(config => VolumeGroupRules.Update(config, _group, new GroupUpdate { AddBlockDevices = [$"{_volume}"] }, Ids),
            "add_block_devices", $"Select a valid choice. {_volume} is not one of the available choices.");
        _plan.Do(config => VolumeGroupRules.Update(config, _group, new GroupUpdate { AddBlockDevices = ["sdb"] }, Ids));
        _plan.Do(config => BlockDeviceRules.Update(config, _volume, new BlockDeviceRequest { Size = "15G" }));
        _plan.Refuses(config => VolumeGroupRules.Update(config, _group, new GroupUpdate { RemoveBlockDevices = ["sdb"] }, Ids),
            Whole, "Volume group cannot be smaller than its logical volumes.");
        _plan.Refuses(config => VolumeGroupRules.Delete(config, _group),
            Whole, "This volume group has logical volumes; it cannot be deleted.");
        VolumeGroupRules.Delete(_plan.Config, 99).Should().Be(new StorageResult.NotFound("VolumeGroup"));
    }

    [Fact]
    public void A_logical_volume_fits_into_its_group()
    {
        _plan.Refuses(config => VolumeGroupRules.CreateLogicalVolume(config, _group, new LogicalVolumeRequest(""), Ids),
            "name", "This field is required.");
        _plan.Refuses(config => VolumeGroupRules.CreateLogicalVolume(config, _group, new LogicalVolumeRequest("lv0"), Ids),
            Whole, "Block device with this Node config and Name already exists.");
        _plan.Refuses(config => VolumeGroupRules.CreateLogicalVolume(config, _group, new LogicalVolumeRequest("lv1", "50G"), Ids),
            "size", "Ensure this value is less than or equal to 9734979584.");
        _plan.Refuses(config => BlockDeviceRules.Update(config, _volume, new BlockDeviceRequest { Size = "50G" }),
            Whole, "There is not enough free space (50.0 GB) on volume group vg0.");
        _plan.Volume(_group, "lv1");
        _plan.Refuses(config => VolumeGroupRules.CreateLogicalVolume(config, _group, new LogicalVolumeRequest("lv2"), Ids),
            Whole, "Volume group (vg0) cannot hold any more logical volumes, because it doesn't have enough free space.");
        VolumeGroupRules.DeleteLogicalVolume(_plan.Config, _group, 1).Should().Be(new StorageResult.NotFound("VirtualBlockDevice"));
    }

    [Theory]
    [InlineData("raid-0", 1, 0, "RAID level 0 must have at least 2 raid devices and no spares.")]
    [InlineData("raid-0", 2, 1, "RAID level 0 must have at least 2 raid devices and no spares.")]
    [InlineData("raid-1", 1, 1, "RAID level 1 must have at least 2 raid devices and any number of spares.")]
    [InlineData("raid-5", 2, 0, "RAID level 5 must have at least 3 raid devices and any number of spares.")]
    [InlineData("raid-6", 3, 1, "RAID level 6 must have at least 4 raid devices and any number of spares.")]
    [InlineData("raid-10", 2, 0, "RAID level 10 must have at least 3 raid devices and any number of spares.")]
    [InlineData("raid-1", 0, 0, "At least one block device or partition must be added to the array.")]
    public void A_RAID_has_enough_devices(string level, int active, int spares, string message)
    {
        string[] free = ["sdb", "sdc", "sdd", "sde", "sdf"];
        new StoragePlan(6).Refuses(config => RaidRules.Create(
            config, level, new GroupRequest { BlockDevices = free[..active], SpareDevices = free[active..(active + spares)] }, Ids), Whole,
                message);
    }

    [Fact]
    public void A_RAID_has_a_level_and_devices_that_are_free()
    {
        _plan.Refuses(config => RaidRules.Create(config, "", new GroupRequest(), Ids), "level", "This field is required.");
        _plan.Refuses(config => RaidRules.Create(config, "raid-2", new GroupRequest(), Ids),
            "level", "Select a valid choice. raid-2 is not one of the available choices.");
        _plan.Refuses(config => RaidRules.Create(
            config, "raid-1", new GroupRequest { BlockDevices = ["sdb", "sdc"], SpareDevices = ["sdc"] }, Ids),
            "spare_devices", "Select a valid choice. sdc is not one of the available choices.");
        var raid = _plan.Raid("raid-1", "sdb", "sdc");
        _plan.Refuses(config => RaidRules.Update(config, raid, new GroupUpdate { AddBlockDevices = ["md0"] }, Ids),
            "add_block_devices", "Select a valid choice. md0 is not one of the available choices.");
        _plan.Refuses(config => RaidRules.Update(config, raid, new GroupUpdate { RemoveBlockDevices = ["sdb"] }, Ids),
            Whole, "RAID level 1 must have at least 2 raid devices and any number of spares.");
        _plan.VolumeGroup("vg1", "md0");
        _plan.Refuses(config => RaidRules.Delete(config, raid), Whole, "Cannot delete block device because its part of a volume group.");
        _plan.Refuses(config => BlockDeviceRules.Delete(config, 2), Whole, "Cannot delete block device because its part of a RAID.");
        _plan.Refuses(config => BlockDeviceRules.Update(config, _plan["md0"].Id, new BlockDeviceRequest { Size = "1G" }),
            "size", "Size cannot be changed on this device.");
        RaidRules.Delete(_plan.Config, _group).Should().Be(new StorageResult.NotFound("RAID"));
    }

    [Fact]
    public void A_bcache_has_a_cache_set_a_mode_and_one_backing_device()
    {
        BcacheRequest sound = new() { BackingDevice = "sdc", CacheSet = "cache0", CacheMode = "writeback" };
        _plan.Refuses(config => CacheSetRules.Create(config, new CacheSetRequest(), Ids),
            Whole, "Either cache_device or cache_partition must be specified.");
        _plan.Refuses(config => CacheSetRules.Create(config, new CacheSetRequest("sdb", "sda-part1"), Ids),
            Whole, "Cannot set both cache_device and cache_partition.");
        _plan.Refuses(config => CacheSetRules.Create(config, new CacheSetRequest("sdd"), Ids),
            "cache_device", "Select a valid choice. sdd is not one of the available choices.");
        var set = _plan.CacheSet("sdb");
        Refuses(sound with { CacheSet = "" }, "cache_set", "This field is required.");
        Refuses(sound with { CacheMode = "" }, "cache_mode", "This field is required.");
        Refuses(sound with { CacheMode = "fast" }, "cache_mode", "Select a valid choice. fast is not one of the available choices.");
        Refuses(sound with { CacheSet = "cache7" }, "cache_set", "Select a valid choice. cache7 is not one of the available choices.");
        Refuses(sound with { BackingDevice = "" }, Whole, "Either backing_device or backing_partition must be specified.");
        Refuses(sound with { BackingPartition = "sda-part1" }, Whole, "A Bcache can have either a backing device or partition.");
        Refuses(sound with { BackingDevice = "lv0" }, Whole, "Bcache cannot use a logical volume as a backing device.");
        Refuses(sound with { BackingDevice = "sdb" }, "backing_device", "Select a valid choice. sdb is not one of the available choices.");
        var bcache = _plan.Bcache("sdc");
        _plan.Refuses(config => CacheSetRules.Delete(config, set), "", "Cannot delete cache set; it's currently in use.");
        _plan.Refuses(config => CacheSetRules.Update(config, set, new CacheSetRequest("bcache0"), Ids),
            "cache_device", "Select a valid choice. bcache0 is not one of the available choices.");
        _plan.Refuses(config => BlockDeviceRules.Delete(config, 2), Whole, "Cannot delete block device because its part of a cache set.");
        _plan.Do(config => BcacheRules.Delete(config, bcache));
        _plan.Do(config => CacheSetRules.Delete(config, set));

        void Refuses(BcacheRequest request, string field, string message) =>
            _plan.Refuses(config => BcacheRules.Create(config, request, Ids), field, message);
    }

    [Fact]
    public void A_disk_has_a_name_a_size_and_something_to_recognise_it_by()
    {
        BlockDeviceRequest sound = new() { Name = "sdz", Model = "M", Serial = "S", Size = "1G", BlockSize = "512" };
        Refuses(sound with { Name = null }, "name", "This field is required.");
        Refuses(sound with { Name = "a/b" }, "name", "Enter a valid value.");
        Refuses(sound with { Name = "sda" }, Whole, "Block device with this Node config and Name already exists.");
        Refuses(sound with { Size = null }, "size", "This field is required.");
        Refuses(sound with { BlockSize = "" }, "block_size", "This field is required.");
        Refuses(sound with { Size = "100" }, "size", "Ensure this value is greater than or equal to 143360.");
        Refuses(sound with { BlockSize = "100" }, "block_size", "Ensure this value is greater than or equal to 512.");
        Refuses(sound with { Serial = null }, Whole, "serial/model are required if id_path is not provided.");
        Refuses(sound with { IdPath = "dev" }, "id_path", "Enter a valid value.");
        _plan.Refuses(config => BlockDeviceRules.Update(config, 2, new BlockDeviceRequest { PartitionTable = "GPT" }),
            "partition_table_type", "Block device has no partition table");
        _plan.Refuses(config => BlockDeviceRules.Update(config, 1, new BlockDeviceRequest { PartitionTable = "BSD" }),
            "partition_table_type", "Select a valid choice. BSD is not one of the available choices.");
        _plan.Refuses(config => BlockDeviceRules.Update(config, 1, new BlockDeviceRequest { Size = "500M" }),
            "size", "Partition 1 cannot be resized to fit on the block device; not enough free space.");
        _plan.Refuses(config => BlockDeviceRules.AddTag(config, 1, ""), "tag", "Enter a valid value.");

        void Refuses(BlockDeviceRequest request, string field, string message) =>
            _plan.Refuses(config => BlockDeviceRules.Create(config, request, Ids), field, message);
    }

    [Fact]
    public void A_boot_disk_is_a_disk_that_no_group_uses()
    {
        _plan.Refuses(config => BlockDeviceRules.SetBootDisk(config, _volume), "", "Cannot set a virtual block device as the boot disk.");
        _plan.Refuses(config => BlockDeviceRules.SetBootDisk(config, 4),
            "boot_disk", "Cannot be set as the boot disk; already in-use in volume group 'vg0'.");
        _plan.CacheSet("sdb");
        _plan.Refuses(config => BlockDeviceRules.SetBootDisk(config, 2),
            "boot_disk", "Cannot be set as the boot disk; already in-use in cache set 'cache0'.");
        _plan.Format(new StorageTarget.Device(3));
        _plan.Do(config => BlockDeviceRules.SetBootDisk(config, 3));
        _plan["sdc"].FileSystem.Should().BeNull("a boot disk has partitions");
    }

    [Fact]
    public void A_partition_of_a_group_stays()
    {
        _plan.Do(config => VolumeGroupRules.Create(config, new GroupRequest { Name = "vg1", Partitions = ["sda-part1"] }, Ids));
        _plan.Refuses(config => PartitionRules.Delete(config, 1), Whole, "Cannot delete partition because its part of a volume group.");
        _plan.Refuses(config => FileSystemRules.Format(config, Part, new FileSystemRequest("ext4"), Ids),
            Whole, "Cannot format a partition that has a filesystem type of lvm-pv.");
        _plan.Refuses(config => BlockDeviceRules.Delete(config, 1), Whole, "Cannot delete partition because its part of a volume group.");
    }
}
