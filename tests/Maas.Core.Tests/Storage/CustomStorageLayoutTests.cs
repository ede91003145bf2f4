using CsCheck;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

public class CustomStorageLayoutTests
{
    private const string Everything = """
        {"layout": {
          "storage": {"type": "lvm", "members": ["md0", "sdd1"], "volumes": [{"name": "data", "size": "5G", "fs": "xfs"}]},
          "md0": {"type": "raid", "level": 5, "members": ["sda2", "sdb", "sdc"], "spares": ["sde"]},
          "sda": {"type": "disk", "ptable": "gpt", "boot": true, "partitions": [
            {"name": "sda1", "size": "1G", "fs": "vfat", "bootable": true}, {"name": "sda2", "size": "20G"},
                {"name": "sda3", "size": "20G"}]},
          "sdd": {"type": "disk", "ptable": "mbr", "partitions": [{"name": "sdd1", "size": "10G"}, {"name": "sdd2", "size": "10G"}]},
          "fast": {"type": "bcache", "backing-device": "sda3", "cache-device": "sdd2", "cache-mode": "writeback", "fs": "ext4"},
          "sdf": {"type": "disk", "fs": "ext4"},
          "scratch": {"type": "special", "fs": "tmpfs"}},
         "mounts": {
          "/": {"device": "fast"}, "/boot/efi": {"device": "sda1"}, "/srv": {"device": "data", "options": "noatime"},
          "/tmp": {"device": "scratch", "options": "size=1G"}, "/backup": {"device": "sdf"}}}
        """;

    [Fact]
    public void Each_device_is_made_when_what_it_consists_of_is_there()
    {
        var plan = new StoragePlan(6, 60 * StoragePlan.GiB);
        plan.Apply(new StorageLayoutRequest { Layout = "custom", CustomLayout = Everything });
        StorageLayoutsTests.Mounts(plan).Should().BeEquivalentTo(
            "sda-part1 vfat /boot/efi", "fast ext4 /", "storage-data xfs /srv", "sdf ext4 /backup");
        plan["sdd"].PartitionTable.Should().Be(PartitionTableType.Mbr);
        plan["data"].FileSystem!.MountOptions.Should().Be("noatime");
        plan.Config.SpecialFileSystems.Should().ContainSingle().Which.MountPoint.Should().Be("/tmp");
        plan.Config.BootDisk.Should().Be(1);
        StorageView.UsedFor(plan.Config, plan["sde"]).Should().Be("Spare raid-5 device for md0");
    }

    [Theory]
    [InlineData("", "No custom storage layout configuration found")]
    [InlineData("{", "Invalid config at $")]
    [InlineData("null", "Section 'layout' missing in config")]
    [InlineData("""{"layout": {}}""", "Section 'mounts' missing in config")]
    [InlineData("""{"layout": {"sda": null}, "mounts": {}}""", "A device or mount is null")]
    [InlineData("""{"layout": {"a": {"type": "lvm", "members": [null]}}, "mounts": {}}""", "A field of 'a' is null")]
    [InlineData("""{"layout": {"a": {"type": "lvm", "members": null}}, "mounts": {}}""", "Invalid config at $.layout.a.members")]
    [InlineData("""{"layout": {"a": {"type": "tape"}}, "mounts": {}}""", "Unsupported device type 'tape'")]
    [InlineData("""{"layout": {"sdz": {"type": "disk"}}, "mounts": {}}""", "Unknown machine disk(s): sdz")]
    [InlineData("""{"layout": {"sda": {"type": "disk", "partitions": [{"name": "sda1", "size": "1G"}]}}, "mounts": {}}""",
        "Partition table not specified for 'sda'")]
    [InlineData("""{"layout": {"a": {"type": "raid", "level": 0, "members": ["sda"], "spares": ["sdb"]}}, "mounts": {}}""",
        "RAID level 0 doesn't support spares")]
    [InlineData("""{"layout": {"a": {"type": "raid", "level": 1, "members": ["sda"], "spares": ["sda"]}}, "mounts": {}}""",
        "RAID 'a' has duplicated devices in members and spares")]
    [InlineData("""{"layout": {"a": {"type": "special", "fs": "ext4"}}, "mounts": {}}""", "Invalid special filesystem 'ext4'")]
    [InlineData("""{"layout": {"a": {"type": "special", "fs": "tmpfs"}}, "mounts": {}}""", "Special device(s) missing mountpoint: a")]
    [InlineData("""{"layout": {"a": {"type": "lvm", "members": ["b"]}, "b": {"type": "lvm", "members": ["a"]}}, "mounts": {}}""",
        "Devices that never exist: a, b")]
    [InlineData("""{"layout": {}, "mounts": {"/": {"device": "sda"}}}""", "Filesystem not found for device 'sda'")]
    [InlineData("""{"layout": {"a": {"type": "raid", "level": 7, "members": ["sdb"]}}, "mounts": {}}""",
        "a: Select a valid choice. raid-7 is not one of the available choices.")]
    public void A_description_that_makes_no_sense_is_refused(string text, string message)
    {
        var plan = new StoragePlan(2);
        plan.Refuses(config => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = "custom", CustomLayout = text }, plan.Ids),
            "", $"Failed to configure storage layout 'custom': {message}");
    }

    [Fact]
    public void No_damage_to_a_description_does_harm() =>
        Gen.Select(Gen.Int[0, Everything.Length - 1], Gen.Char[' ', '~'], Gen.Int[0, 20]).Sample((at, letter, cut) =>
        {
            var plan = new StoragePlan(6, 60 * StoragePlan.GiB);
            var text = Everything[..at] + letter + Everything[Math.Min(Everything.Length, at + cut)..];
            if (StorageLayouts.Apply(plan.Config, new StorageLayoutRequest { Layout = "custom", CustomLayout = text }, plan.Ids)
                is StorageResult.Changed changed) StorageInvariants.Check(changed.Config);
        }, iter: 500);
}
