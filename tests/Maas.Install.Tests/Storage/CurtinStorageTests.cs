using YamlDotNet.Serialization;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Storage;

public class CurtinStorageTests
{
    private static readonly string[] References = ["device", "volume", "volgroup"];
    private static readonly string[] ListsOfReferences = ["devices", "spare_devices"];

    [Fact]
    public void A_flat_layout_for_UEFI_has_an_EFI_system_partition_that_GRUB_is_installed_to() =>
        Actions(new PlannedMachine().With("flat")).Should().Equal(
            "disk id=d1 path=/dev/maas-d1-disk ptable=gpt wipe=superblock-recursive preserve=false grub_device=false",
            "partition id=d1.1 device=d1 number=1 size=536870912 flag=boot grub_device=true wipe=superblock preserve=false",
            "partition id=d1.2 device=d1 number=2 size=106828922880 wipe=superblock preserve=false",
            "format id=format-d1.1 volume=d1.1 fstype=fat32 label=efi preserve=false",
            "format id=format-d1.2 volume=d1.2 fstype=ext4 label=root preserve=false",
            "mount id=mount-0 device=format-d1.2 path=/",
            "mount id=mount-1 device=format-d1.1 path=/boot/efi");

    [Fact]
    public void A_BIOS_machine_has_a_partition_for_GRUB_in_front_and_a_volume_that_takes_the_rest_of_its_group() =>
        Actions(new PlannedMachine(isUefi: false).With("lvm")).Should().Equal(
            "disk id=d1 path=/dev/maas-d1-disk ptable=gpt wipe=superblock-recursive preserve=false grub_device=true",
            "partition id=d1.1 device=d1 number=1 size=1048576 flag=bios_grub wipe=superblock preserve=false",
            "partition id=d1.2 device=d1 number=2 size=107365793792 flag=lvm wipe=superblock preserve=false",
            "lvm_volgroup id=vg-vgroot name=vgroot devices=[d1.2] preserve=false",
            "lvm_partition id=v1 volgroup=vg-vgroot name=lvroot size=-1 wipe=superblock preserve=false",
            "format id=format-v1 volume=v1 fstype=ext4 label=root preserve=false",
            "mount id=mount-0 device=format-v1 path=/");

    [Fact]
    public void Volumes_on_a_mirror_name_what_they_are_built_on()
    {
        var actions = Actions(new PlannedMachine().With("custom", custom: PlannedMachine.Mirror));
        actions.Should().ContainInOrder(
            "raid id=m0 name=md0 raidlevel=raid1 devices=[d1.2 d2.1] spare_devices=[] preserve=false",
            "raid id=m1 name=md1 raidlevel=raid1 devices=[d1.3 d2.2] spare_devices=[d3.1] preserve=false",
            "lvm_volgroup id=vg-vg0 name=vg0 devices=[m1] preserve=false",
            "lvm_partition id=v1 volgroup=vg-vg0 name=root size=19998441472 wipe=superblock preserve=false");
        actions.Should().Contain("mount id=mount-5 spec=tmpfs fstype=tmpfs path=/tmp options=size=1G");
        actions.Should().Contain(action => action.EndsWith("device=format-d3.2 path=none", StringComparison.Ordinal), "swap is used");
    }

    [Fact]
    public void A_partition_table_of_a_BIOS_has_its_logical_partitions_in_an_extended_one()
    {
        const string Layout = """
            {"layout": {"sda": {"type": "disk", "ptable": "mbr", "boot": true, "partitions": [
              {"name": "sda1", "size": "8G", "fs": "ext4", "bootable": true}, {"name": "sda2", "size": "4G", "fs": "ext4"},
              {"name": "sda3", "size": "4G", "fs": "ext4"}, {"name": "sda5", "size": "4G", "fs": "ext4"},
              {"name": "sda6", "size": "4G", "fs": "ext4"}]}},
             "mounts": {"/": {"device": "sda1"}, "/a": {"device": "sda2"}, "/b": {"device": "sda3"}, "/c": {"device": "sda5"},
              "/d": {"device": "sda6"}}}
            """;
        var actions = Actions(new PlannedMachine(isUefi: false).With("custom", custom: Layout));
        var size = long.Parse(actions[4].Split("size=")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        size.Should().Be(2 * (long.Parse(
            actions[5].Split("size=")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) + (1 << 20)));
        actions[0].Should().Contain(" ptable=msdos ").And.EndWith("grub_device=true");
        actions[1].Should().StartWith("partition id=d1.1 device=d1 number=1 ").And.Contain(" flag=boot ");
        actions[4].Should().StartWith("partition id=d1.4 device=d1 number=4 ").And.Contain(" flag=extended ");
        actions[5].Should().StartWith("partition id=d1.5 device=d1 number=5 ").And.Contain(" flag=logical ");
    }

    [Fact]
    public void The_installers_own_layouts_remain() =>
        Write(Ubuntu.With(("partitioning", "lvm"))).Should().Contain("  storage:\n    layout:\n      name: \"lvm\"\n");

    [Fact]
    public void The_installer_ignores_bcache_and_so_it_is_refused() =>
        new PlannedMachine { Hardware = WithCache }.With("bcache").RefusedBy(Ubuntu).Should().ContainMatch("Bcache is not set up*");

    private static Maas.Core.Inventory.Hardware WithCache => new()
    {
        Firmware = Maas.Core.Inventory.FirmwareKind.Uefi,
        Disks =
        [
            new() { Name = "sda", Serial = "S0", Size = 100L << 30, Rotational = true },
            new() { Name = "sdb", Serial = "S1", Size = 20L << 30 },
        ],
    };

    /// <summary>The actions, each as its type and its fields; what each names must be the id of an earlier one.</summary>
    private static List<string> Actions(PlannedMachine machine)
    {
        var text = machine.Write(Ubuntu);
        var read = new DeserializerBuilder().Build().Deserialize<Dictionary<string, Dictionary<string, object>>>(text)["autoinstall"];
        var storage = (Dictionary<object, object>)read["storage"];
        ((Dictionary<object, object>)storage["swap"])["size"].Should().Be("0");
        HashSet<string> known = [];
        List<string> actions = [];
        foreach (var action in ((List<object>)storage["config"]).Cast<Dictionary<object, object>>())
        {
            foreach (var name in References.Where(action.ContainsKey)) known.Should().Contain((string)action[name]);
            foreach (var name in ListsOfReferences.Where(action.ContainsKey))
                known.Should().Contain(((List<object>)action[name]).Cast<string>().DefaultIfEmpty(known.First()));
            known.Add((string)action["id"]).Should().BeTrue("ids are unique");
            actions.Add($"{action["type"]} " + string.Join(' ', action.Where(field => (string)field.Key != "type").Select(field =>
                $"{field.Key}={(field.Value is List<object> list ? $"[{string.Join(' ', list)}]" : field.Value)}")));
        }

        return actions;
    }
}
