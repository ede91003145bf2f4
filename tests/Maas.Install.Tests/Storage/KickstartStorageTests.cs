using Maas.Core.Storage;
using Maas.Install.Recipes;
using Maas.Judges;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Storage;

public class KickstartStorageTests
{
    private static readonly InstallRecipe Fedora = Kickstart.Create(
        "fedora", "42", "vmlinuz", "initrd.img", new Uri("http://mirror.example/os/"));

    [Fact]
    public async Task A_flat_layout_for_UEFI() => (await CommandsAsync(new PlannedMachine().With("flat"))).Should().Equal(
        "ignoredisk --only-use=vda",
        "clearpart --all --initlabel --disklabel=gpt --drives=vda",
        "bootloader --boot-drive=vda",
        "part /boot/efi --size=512 --ondisk=vda --fstype=efi --label=efi",
        "part / --size=101880 --ondisk=vda --fstype=ext4 --label=root");

    [Fact]
    public async Task A_BIOS_machine_with_volumes_has_a_partition_for_GRUB_and_one_for_boot() =>
        (await CommandsAsync(new PlannedMachine(isUefi: false).With("lvm", bootSize: "1G"))).Should().Equal(
            "ignoredisk --only-use=vda",
            "clearpart --all --initlabel --disklabel=gpt --drives=vda",
            "bootloader --boot-drive=vda",
            "part biosboot --size=1 --ondisk=vda",
            "part /boot --size=952 --ondisk=vda --fstype=ext4 --label=boot",
            "part pv.d1_3 --size=101440 --ondisk=vda",
            "volgroup vgroot pv.d1_3",
            "logvol / --vgname=vgroot --name=lvroot --size=1 --grow --fstype=ext4 --label=root");

    [Fact]
    public async Task Volumes_on_a_mirror_with_a_spare()
    {
        var machine = new PlannedMachine().With("custom", custom: PlannedMachine.Mirror);
        (await CommandsAsync(machine)).Should().ContainInOrder(
            "ignoredisk --only-use=vda,vdb,vdc",
            "part raid.d1_2 --size=952 --ondisk=vda",
            "part raid.d2_1 --size=952 --ondisk=vdb",
            "part swap --size=3812 --ondisk=vdc --fstype=swap",
            "raid /boot --device=md0 --level=RAID1 --fstype=ext4 raid.d1_2 raid.d2_1",
            "raid pv.m1 --device=md1 --level=RAID1 --spares=1 raid.d1_3 raid.d2_2 raid.d3_1",
            "volgroup vg0 pv.m1",
            "logvol / --vgname=vg0 --name=root --size=19072 --fstype=xfs",
            "logvol /srv --vgname=vg0 --name=srv-data --size=9536 --fstype=ext4 --fsoptions=noatime");
        machine.Write(Rocky).Should().Contain("printf '%s\\n' 'tmpfs /tmp tmpfs size=1G 0 0' >> /etc/fstab\n")
            .And.NotContain("autopart");
    }

    [Fact]
    public async Task What_an_operator_wrote_stays_a_value()
    {
        var machine = new PlannedMachine().With("flat");
        var root = machine.Config.BlockDevices[0].Partitions[1];
        machine.Change((config, ids) => FileSystemRules.Format(
            config, new StorageTarget.Partition(root.Id), new FileSystemRequest("ext4", "it's $(x) \"#"), ids));
        machine.Change((config, _) => FileSystemRules.Mount(config, new StorageTarget.Partition(root.Id), new MountRequest("/")));
        (await CommandsAsync(machine)).Should().Contain(
            "part / --size=101880 --ondisk=vda --fstype=ext4 --label='it'\"'\"'s $(x) \"#'");
    }

    [Fact]
    public void What_Anaconda_cannot_do_is_refused_before_anything_is_written()
    {
        new PlannedMachine().With("lvm").RefusedBy(Rocky).Should().ContainSingle().Which.Should().Contain("not from lvroot");
        Refused("""{"sdb": {"type": "disk", "fs": "ext4"}}""", """{"/": {"device": "sdb"}}""", isUefi: false)
            .Should().Contain(reason => reason.Contains("no partition table", StringComparison.Ordinal));
        Refused("""
            {"sda": {"type": "disk", "ptable": "gpt", "boot": true, "partitions": [
              {"name": "sda1", "size": "512M", "fs": "vfat", "bootable": true}, {"name": "sda2", "size": "9G", "fs": "btrfs"},
              {"name": "sda3", "size": "9G"}, {"name": "sda4", "size": "9G", "fs": "ext4"}]},
             "md0": {"type": "raid", "level": 0, "members": ["sdb", "sdc"], "fs": "ext4"}}
            """, """{"/boot/efi": {"device": "sda1"}, "/": {"device": "sda2"}, "/srv": {"device": "md0"}}""").Should().BeEquivalentTo(
            "Anaconda builds a RAID of partitions only.",
            "Anaconda of rocky does not support btrfs.",
            "Anaconda makes nothing without a purpose: partition 3 of sda has no file system.",
            "Anaconda mounts each file system that it makes: that on partition 4 of sda has no place.",
            "Anaconda makes file systems and groups on partitions only: sdb, sdc has no partition table.");
    }

    [Fact]
    public async Task Fedora_gets_btrfs()
    {
        const string Layout = """
            {"layout": {"sda": {"type": "disk", "ptable": "gpt", "boot": true, "partitions": [
              {"name": "sda1", "size": "512M", "fs": "vfat", "bootable": true}, {"name": "sda2", "size": "9G", "fs": "btrfs"}]}},
             "mounts": {"/boot/efi": {"device": "sda1"}, "/": {"device": "sda2"}}}
            """;
        (await CommandsAsync(new PlannedMachine().With("custom", custom: Layout), Fedora)).Should().ContainInOrder(
            "part btrfs.d1_2 --size=8580 --ondisk=vda", "btrfs / btrfs.d1_2");
    }

    private static IReadOnlyList<string> Refused(string layout, string mounts, bool isUefi = true) => new PlannedMachine(isUefi)
        .With("custom", custom: $$"""{"layout": {{layout}}, "mounts": {{mounts}}}""").RefusedBy(Rocky);

    /// <summary>What %pre of the kickstart file writes when it has found vda, vdb and vdc.</summary>
    private static async Task<string[]> CommandsAsync(PlannedMachine machine, InstallRecipe? recipe = null)
    {
        var text = machine.Write(recipe ?? Rocky);
        (await Judge.RunAsync("bash", ["-n"], text.Split("%pre --erroronfail\n")[1].Split("\n%end")[0],
            TestContext.Current.CancellationToken)).Approved();
        var writes = text.Split("\n{\n")[1].Split("\n} > /tmp/maas-disk.ks")[0];
        return (await Judge.RunAsync("bash", [], $"d1=vda d2=vdb d3=vdc\n{writes}\n", TestContext.Current.CancellationToken))
            .Approved().Output.TrimEnd('\n').Split('\n');
    }
}
