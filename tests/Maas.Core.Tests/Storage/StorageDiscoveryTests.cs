using Maas.Core.Inventory;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

public class StorageDiscoveryTests
{
    private static readonly BootPlatform Platform = new("amd64", IsUefi: true);
    private readonly SequentialIds _ids = new();

    [Fact]
    public void A_disk_that_moved_keeps_its_number_and_its_tags()
    {
        var first = Discover(null, Disk("sda", "S1"), Disk("sdb", "S2") with { Rotational = true });
        first.BlockDevices.Select(disk => string.Join(' ', disk.Tags)).Should().Equal("ssd", "rotary");
        first = ((StorageResult.Changed)BlockDeviceRules.AddTag(first, 1, "mine")).Config with { BootDisk = 2 };
        var second = Discover(first, Disk("sda", "S3"), Disk("sdb", "S1") with { Rotational = true }, Disk("sdc", "S2"));
        second.BlockDevices.Select(disk => (disk.Id, disk.Name, disk.Serial)).Should()
            .Equal((1, "sdb", "S1"), (2, "sdc", "S2"), (3, "sda", "S3"));
        second.BlockDevices[0].Tags.Should().Equal("rotary", "mine");
        second.BootDisk.Should().Be(2);
        Discover(second, Disk("sda", "S3")).BootDisk.Should().BeNull("the disk is gone");
    }

    [Fact]
    public void A_disk_without_a_serial_number_is_recognised_by_its_path_or_its_name()
    {
        Disk[] disks = [Disk("vda", ""), Disk("vdb", "") with { Wwid = "naa.5000c500a1b2c3d4" },
            Disk("vdc", "") with { Path = "pci-0000:00:1f.2-ata-1" }];
        var first = Discover(null, disks);
        first.BlockDevices.Select(disk => disk.IdPath).Should().Equal(
            "", "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4", "/dev/disk/by-path/pci-0000:00:1f.2-ata-1");
        Discover(first, disks[0], disks[1] with { Name = "vdc" }, disks[2] with { Name = "vdb" }).BlockDevices
            .Select(disk => (disk.Id, disk.Name)).Should().Equal((1, "vda"), (2, "vdc"), (3, "vdb"));
        Discover(first, disks[0] with { Size = 1 << 30 }).BlockDevices.Single().Id.Should().Be(4, "it is another disk");
    }

    [Fact]
    public void A_serial_number_that_two_disks_share_identifies_neither()
    {
        var first = Discover(null, Disk("sda", "ARRAY"));
        Discover(first, Disk("sda", "ARRAY"), Disk("sdb", "ARRAY")).BlockDevices.Select(disk => disk.Id).Should().Equal(2, 3);
    }

    [Fact]
    public void What_cannot_be_written_to_is_left_out_and_paths_stay_in_their_folder()
    {
        var found = Discover(null,
            Disk("sr0", "CD") with { ReadOnly = true }, Disk("sda", "") with { Wwid = "naa.../../etc", Path = "../x" },
                Disk("sdb", "U") with { Removable = true });
        found.BlockDevices.Select(disk => disk.Name).Should().Equal("sda", "sdb");
        found.BlockDevices[0].IdPath.Should().BeEmpty();
        StorageView.BootDiskOf(found)!.Name.Should().Be("sda");
        StorageView.BootDiskOf(Discover(null, Disk("sdb", "U") with { Removable = true })).Should().BeNull();
    }

    private StorageConfig Discover(StorageConfig? previous, params Disk[] disks)
    {
        var config = StorageDiscovery.Discover(new Hardware { Disks = disks }, Platform, previous, _ids);
        StorageInvariants.Check(config);
        return config;
    }

    private static Disk Disk(string name, string serial) => new() { Name = name, Serial = serial, Model = "M", Size = 100L << 30 };
}
