using Maas.Core.Inventory;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

public class DiskPlannerTests
{
    private const long GiB = StoragePlan.GiB;
    private readonly StoragePlan _uefi = new(2, 20 * GiB);
    private readonly StoragePlan _bios = new(2, 20 * GiB, uefi: false);

    [Fact]
    public void A_flat_layout_for_UEFI_has_an_EFI_system_partition_and_a_root_and_touches_no_other_disk()
    {
        Apply(_uefi, "flat");
        var (efi, root) = (_uefi["sda"].Partitions[0], _uefi["sda"].Partitions[1]);

        TextOf(_uefi).Should().Be(Lines(
            "wipe d1",
            "table d1 gpt",
            $"part d1 1 4 512 C12A7328-F81F-11D2-BA4B-00A0C93EC93B {efi.Uuid} -",
            $"part d1 2 516 {root.Size >> 20} 0FC63DAF-8483-4772-8E79-3D69D8477DE4 {root.Uuid} -",
            "commit d1",
            $"mkfs d1.1 fat32 {VolumeNumber(efi)} efi",
            $"mkfs d1.2 ext4 {root.FileSystem!.Uuid} root",
            "mount d1.2 / ext4",
            "mount d1.1 /boot/efi vfat",
            "unpack",
            "fstab",
            $"fstab-line UUID={root.FileSystem.Uuid}_/_ext4_defaults_0_1",
            $"fstab-line UUID={VolumeNumber(efi)}_/boot/efi_vfat_defaults_0_2",
            "grub-uefi x86_64-efi"));
        Ready(_uefi).Disks.Should().ContainSingle().Which.Disk.Serial.Should().Be("serial-0");
        Ready(_uefi).RootSize.Should().Be(root.Size);
    }

    [Fact]
    public void A_BIOS_machine_has_a_partition_for_GRUB_in_front_and_a_volume_that_fills_its_group()
    {
        Apply(_bios, "lvm");
        var physical = _bios["sda"].Partitions[0];
        var volume = _bios["lvroot"];

        TextOf(_bios).Should().Be(Lines(
            "wipe d1",
            "table d1 gpt",
            "part d1 1 1 1 21686148-6449-6E6F-744E-656564454649 - -",
            $"part d1 2 4 {physical.Size >> 20} E6D6D379-F507-44C2-A23C-238F2A3DF928 {physical.Uuid} -",
            "commit d1",
            "vg vgroot d1.2",
            "lv v1 vgroot lvroot vgroot-lvroot -",
            $"mkfs v1 ext4 {volume.FileSystem!.Uuid} root",
            "mount v1 / ext4",
            "unpack",
            "fstab",
            $"fstab-line UUID={volume.FileSystem.Uuid}_/_ext4_defaults_0_1",
            "grub-bios d1"));
    }

    [Fact]
    public void GRUB_is_installed_on_each_disk_of_a_mirror_that_carries_the_root()
    {
        foreach (var disk in (string[])["sda", "sdb"]) _bios.Partition(_bios[disk].Id, "10G");
        _bios.Do(config => RaidRules.Create(
            config, "raid-1", new GroupRequest { Partitions = [.. Partitions(_bios, 0)] }, _bios.Ids));
        MountRoot(_bios, new StorageTarget.Device(_bios["md0"].Id));

        var lines = TextOf(_bios).Replace('\t', ' ').Split('\n');
        lines.Should().Contain($"raid m0 1 md0 {_bios.Config.Groups[0].Uuid} d1.2,d2.2 -").And.Contain("grub-bios d1,d2");
        lines.Should().ContainInOrder("wipe d1", "wipe d2", "table d1 gpt", "table d2 gpt", "unpack");
    }

    [Fact]
    public void A_volume_group_on_a_RAID_is_made_after_it_and_names_with_hyphens_get_their_name_of_device_mapper()
    {
        foreach (var disk in (string[])["sda", "sdb"]) _bios.Partition(_bios[disk].Id, "10G");
        _bios.Do(config => RaidRules.Create(
            config, "raid-1", new GroupRequest { Partitions = [.. Partitions(_bios, 0)] }, _bios.Ids));
        var group = _bios.VolumeGroup("vg-a", "md0");
        _bios.Volume(group, "data-1", "1G");
        MountRoot(_bios, new StorageTarget.Device(_bios.Volume(group, "root")));

        var lines = TextOf(_bios).Replace('\t', ' ').Split('\n');
        lines.Should().ContainInOrder(
            $"raid m0 1 md0 {_bios.Config.Groups[0].Uuid} d1.2,d2.2 -",
            "vg vg-a m0",
            $"lv v1 vg-a data-1 vg--a-data--1 {_bios["data-1"].Size}",
            "lv v2 vg-a root vg--a-root -");
    }

    [Fact]
    public void An_MBR_has_an_extended_partition_whose_logical_partitions_leave_room_for_their_records()
    {
        _bios.Partition(_bios["sda"].Id, "1G");
        _bios.Do(config => BlockDeviceRules.Update(config, _bios["sda"].Id, new BlockDeviceRequest { PartitionTable = "MBR" }));
        for (var i = 0; i < 4; i++) _bios.Partition(_bios["sda"].Id, "1G");
        MountRoot(_bios, new StorageTarget.Partition(_bios["sda"].Partitions[0].Id));

        var size = _bios["sda"].Partitions[0].Size >> 20;
        TextOf(_bios).Replace('\t', ' ').Split('\n').Should().ContainInOrder(
            "table d1 dos",
            $"part d1 3 {4 + (2 * size)} {size} 83 - -",
            $"part d1 4 {4 + (3 * size)} - 5 - -",
            $"part d1 5 {5 + (3 * size)} {size - 1} 83 - -",
            $"part d1 6 {5 + (4 * size)} {size - 1} 83 - -");
    }

    [Fact]
    public void Swap_options_special_file_systems_and_spaces_reach_fstab()
    {
        foreach (var size in (string[])["5G", "1G", "2G"]) _bios.Partition(_bios["sda"].Id, size);
        var parts = _bios["sda"].Partitions;
        MountRoot(_bios, new StorageTarget.Partition(parts[0].Id));
        _bios.Format(new StorageTarget.Partition(parts[1].Id), "swap");
        _bios.Mount(new StorageTarget.Partition(parts[1].Id), "");
        _bios.Format(new StorageTarget.Partition(parts[2].Id), "xfs");
        _bios.Do(config => FileSystemRules.Mount(
            config, new StorageTarget.Partition(parts[2].Id), new MountRequest("/srv/my data", "noatime,nodev")));
        _bios.Do(config => FileSystemRules.MountSpecial(config, "tmpfs", new MountRequest("/tmp", "size=10%"), _bios.Ids));
        parts = _bios["sda"].Partitions;

        var lines = TextOf(_bios).Split('\n');
        lines.Should().ContainInOrder(
            "fstab",
            $"fstab-line\tUUID={parts[0].FileSystem!.Uuid} / ext4 defaults 0 1",
            $"fstab-line\tUUID={parts[2].FileSystem!.Uuid} /srv/my\\040data xfs noatime,nodev 0 0",
            $"fstab-line\tUUID={parts[1].FileSystem!.Uuid} none swap sw 0 0",
            "fstab-line\ttmpfs /tmp tmpfs size=10% 0 0");
        lines.Should().Contain($"mkfs\td1.3\tswap\t{parts[1].FileSystem!.Uuid}\t-")
            .And.NotContain(line => line.StartsWith("mount\td1.3"));
    }

    [Fact]
    public void Nothing_that_is_planned_is_refused_by_name()
    {
        Refusals(_uefi).Should().Equal("Mount the root '/' filesystem to be able to deploy this node.");
        Refusals(new StoragePlan(0)).Should().Contain("Specify a storage device to be able to deploy this node.");
    }

    [Fact]
    public void A_UEFI_machine_needs_an_EFI_system_partition_on_its_boot_disk()
    {
        _uefi.Partition(_uefi["sda"].Id, "5G");
        MountRoot(_uefi, new StorageTarget.Partition(_uefi["sda"].Partitions[0].Id));
        Refusals(_uefi).Should().Equal(
            "UEFI firmware starts the boot loader from a FAT partition mounted at /boot/efi, and none is configured.");

        _uefi.Partition(_uefi["sdb"].Id, "1G");
        _uefi.Format(new StorageTarget.Partition(_uefi["sdb"].Partitions[0].Id), "fat32");
        _uefi.Mount(new StorageTarget.Partition(_uefi["sdb"].Partitions[0].Id), "/boot/efi");
        Refusals(_uefi).Should().Equal("The boot disk is sda, and /boot/efi is on sdb: choose one of them.");

        _uefi.Do(config => FileSystemRules.Unmount(config, new StorageTarget.Partition(_uefi["sdb"].Partitions[0].Id)));
        _uefi.Format(new StorageTarget.Partition(_uefi["sdb"].Partitions[0].Id));
        _uefi.Mount(new StorageTarget.Partition(_uefi["sdb"].Partitions[0].Id), "/boot/efi");
        Refusals(_uefi).Should().Equal(
            "/boot/efi must be a FAT file system on a partition of a disk: UEFI firmware reads no other.");
    }

    [Fact]
    public void A_boot_disk_without_room_for_the_loader_is_refused()
    {
        _bios.Partition(_bios["sdb"].Id, "5G");
        MountRoot(_bios, new StorageTarget.Partition(_bios["sdb"].Partitions[0].Id));
        Refusals(_bios).Should().Equal("The boot disk sda has no partition table, and so no room for the boot loader.");
    }

    [Fact]
    public void What_this_environment_does_not_make_is_refused()
    {
        var plan = new StoragePlan(2, 20 * GiB, uefi: false);
        Apply(plan, "bcache", "sdb");
        Refusals(plan).Should().Contain("Bcache is not set up by this environment: choose a layout without it.");

        _bios.Partition(_bios["sda"].Id, "5G");
        var target = new StorageTarget.Partition(_bios["sda"].Partitions[0].Id);
        _bios.Format(target, "vfat");
        _bios.Mount(target, "/");
        Refusals(_bios).Should().Equal("The root file system cannot be vfat, which keeps no owners and permissions.");
        _bios.Do(config => FileSystemRules.Format(config, target, new FileSystemRequest("zfsroot"), _bios.Ids));
        _bios.Mount(target, "/");
        Refusals(_bios).Should().Contain("The file system zfsroot is not made by this environment.");
        Refusals(new StoragePlan(1, architecture: "ppc64el", uefi: false)).Should().Contain(
            reason => reason.StartsWith("No boot loader is installed on ppc64el", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("xfs", "1234567890123", "5G", "The label '1234567890123' has more than the 12 bytes that xfs has room for.")]
    [InlineData("xfs", "", "100M", "The file system xfs needs at least 300 MiB, and its device has 92.")]
    [InlineData("fat32", "", "20M", "The file system fat32 needs at least 36 MiB, and its device has 16.")]
    public void A_file_system_that_its_tool_would_refuse_is_refused_before(string type, string label, string size, string reason)
    {
        Apply(_bios, "flat");
        _bios.Partition(_bios["sdb"].Id, size);
        _bios.Do(config => FileSystemRules.Format(
            config, new StorageTarget.Partition(_bios["sdb"].Partitions[0].Id), new FileSystemRequest(type, label), _bios.Ids));
        Refusals(_bios).Should().Equal(reason);
    }

    [Fact]
    public void A_mount_point_of_the_kernel_and_one_that_leaves_the_root_are_refused()
    {
        Apply(_bios, "flat");
        foreach (var (size, point) in (ReadOnlySpan<(string, string)>)[("1G", "/proc/x"), ("1G", "/srv/../etc")])
        {
            var partition = _bios.Partition(_bios["sdb"].Id, size);
            _bios.Format(new StorageTarget.Partition(partition));
            _bios.Mount(new StorageTarget.Partition(partition), point);
        }

        Refusals(_bios).Should().Equal(
            "/proc/x belongs to the kernel's own file systems.", "The mount point /srv/../etc is not a plain path.");
    }

    [Fact]
    public void A_disk_that_could_be_another_one_is_refused()
    {
        Apply(_bios, "flat");
        var known = Inventory(_bios);
        Refusals(_bios, known with { Disks = [] }).Should().Equal(
            "The disk sda (serial-0) is not in the inventory: commission this machine again.");
        Refusals(_bios, known with { Disks = [known.Disks[0] with { ReadOnly = true }] }).Should().Equal(
            "The disk sda (serial-0) is read-only.");
        Refusals(_bios, known with { Disks = [known.Disks[0] with { Removable = true }] }).Should().Equal(
            "The disk sda (serial-0) is removable; nothing is installed on it.");
        Refusals(_bios, known with { Disks = [known.Disks[0] with { Size = GiB }] }).Should().ContainSingle().Which.Should().StartWith(
            "The partitions of sda (serial-0) need ").And.EndWith($", and the disk has {GiB}.");
        Refusals(_bios, known with { Disks = [known.Disks[0], known.Disks[0] with { Name = "sdx" }] }).Should().Equal(
            "The disk sda (serial-0) cannot be told from another one: serial number, world wide name, place and size are the same.");
    }

    [Fact]
    public void A_disk_without_any_identity_is_refused()
    {
        Apply(_bios, "flat");
        _bios.Config = _bios.Config with
        {
            BlockDevices = [.. _bios.Config.BlockDevices.Select(device => device with { Serial = "" })],
        };
        var bare = Inventory(_bios);
        Refusals(_bios, bare).Should().Equal(
            "The disk sda has no serial number, world wide name or place by which it could be recognised.");
        DiskPlanner.Plan(_bios.Config, bare with { Disks = [bare.Disks[0] with { Path = "pci-0000:00:1f.2-ata-1" }, bare.Disks[1]] })
            .Should().BeOfType<DiskPlanResult.Ready>();
    }

    internal static Hardware Inventory(StoragePlan plan) => new()
    {
        Disks =
        [
            .. plan.Config.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical).Select(device => new Disk
            {
                Name = device.Name, Model = device.Model, Serial = device.Serial, Size = device.Size, BlockSize = device.BlockSize,
            }),
        ],
    };

    private static void Apply(StoragePlan plan, string layout, string cache = "") =>
        plan.Do(config => StorageLayouts.Apply(
            config,
            new StorageLayoutRequest { Layout = layout, CacheDevice = cache.Length > 0 ? $"{plan[cache].Id}" : "" },
            plan.Ids));

    private static void MountRoot(StoragePlan plan, StorageTarget target)
    {
        plan.Format(target);
        plan.Mount(target, "/");
    }

    private static IEnumerable<string> Partitions(StoragePlan plan, int place) =>
        plan.Config.BlockDevices.Select(device => $"{device.Partitions[place].Id}");

    private static DiskPlan Ready(StoragePlan plan) =>
        DiskPlanner.Plan(plan.Config, Inventory(plan)) is DiskPlanResult.Ready ready
            ? ready.Plan
            : throw new InvalidOperationException(string.Join('\n', Refusals(plan)));

    private static string TextOf(StoragePlan plan) => Ready(plan).ToText();

    private static IReadOnlyList<string> Refusals(StoragePlan plan, Hardware? hardware = null) =>
        DiskPlanner.Plan(plan.Config, hardware ?? Inventory(plan)).Should().BeOfType<DiskPlanResult.Refused>().Subject.Reasons;

    // A space becomes the tab between two fields, and "_" the space within one.
    private static string Lines(params string[] lines) =>
        string.Concat(lines.Select(line => line.Replace(' ', '\t').Replace('_', ' ').Replace("x86 64", "x86_64") + "\n"));

    private static string VolumeNumber(DiskPartition partition) =>
        partition.FileSystem!.Uuid.ToString("N").ToUpperInvariant() is var digits ? $"{digits[..4]}-{digits[4..8]}" : "";
}
