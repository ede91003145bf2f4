using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>
/// A root archive is unpacked onto the storage that is planned for a machine, and the machine boots it with the interfaces that are planned
/// for it. What the installed system says of its disks and interfaces is the proof.
/// </summary>
[Collection(LabCollection.Name), Trait("Category", "Journey"), Trait("Category", "Long")]
public class RootArchiveTests(ITestOutputHelper output)
{
    private const string Image = "lab-debian-root";
    private const string Proof = MachineJourney.Proof;

    // What the installed system says of itself.
    private const string Facts =
        """
        for point in $(findmnt --real -rno TARGET); do
          echo "LAB-PROOF mount $(findmnt -rno TARGET,FSTYPE,SOURCE $point)"
        done
        sed -n 's/^\(md[0-9]*\) : active \(raid[0-9]*\) .*/LAB-PROOF array \1 \2/p' /proc/mdstat
        swapon --noheadings --show=TYPE,SIZE | sed 's/^/LAB-PROOF swap /'
        ip -br address | sed 's/^/LAB-PROOF address /'
        sed 's/^/LAB-PROOF options /' /proc/cmdline
        for bond in /sys/class/net/bond0/bonding/mode; do [ ! -e $bond ] || echo "LAB-PROOF bond $(cat $bond)"; done
        ping -c 2 -W 2 10.78.5.1 >/dev/null 2>&1
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mirror_with_a_bond_and_a_VLAN_on_UEFI_and_a_volume_group_with_a_bridge_on_BIOS_are_installed_and_boot()
    {
        await using var bench = await BeginAsync("root-archives");
        var mirror = await bench.Rack.AddMachineAsync("mirror", Firmware.Uefi, 31, await WithAsync(bench, 2, "0f"), Token);
        var volumes = await bench.Rack.AddMachineAsync("volumes", Firmware.Bios, 32, await WithAsync(bench, 1, null), Token);
        using var client = await OpenAsync(bench, "tzst", (await DebianRootArchive.GetAsync(Token)).Path);
        await Task.WhenAll(
            RunAsync(bench, client, mirror, MirrorAsync, BondAsync, (
            [
                "mount / ext4 /dev/md[0-9/a-z]*", "mount /boot/efi vfat /dev/vda1", "array md[0-9]* raid1",
                @"address bond0@?\S* +UP +10.77.0.31/24", @"address bond0.5@bond0 +UP +10.78.5.31/24", "bond active-backup 1",
                "options .*console=ttyS0,115200",
            ])),
            RunAsync(bench, client, volumes, VolumesAsync, BridgeAsync, (
            [
                "mount / ext4 /dev/mapper/vgroot-lvroot", @"address br0 +UP +10.77.0.32/24", "options .*root=/dev/mapper/vgroot-lvroot",
            ])));
    }

    [Fact]
    public async Task A_squashfs_on_RAID_5_10_and_0_on_UEFI_and_an_xz_archive_on_MBR_with_XFS_and_btrfs_on_BIOS_are_installed_and_boot()
    {
        await using var bench = await BeginAsync("root-parity");
        var parity = await bench.Rack.AddMachineAsync("parity", Firmware.Uefi, 33, await WithAsync(bench, 3, null), Token);
        var custom = await bench.Rack.AddMachineAsync("custom", Firmware.Bios, 34, await WithAsync(bench, 2, null), Token);
        var archive = await DebianRootArchive.GetAsync(Token);
        using var client = await OpenAsync(bench, "squashfs", await archive.PackAsync("squashfs", bench.Rack.Folder, Token));
        await client.UploadImageAsync($"custom/{Image}-xz", "txz", await archive.PackAsync("txz", bench.Rack.Folder, Token), Token);
        await Task.WhenAll(
            RunAsync(bench, client, parity, ParityAsync, AsFoundAsync, (
            [
                @"mount / ext4 /dev/md\S+", "mount /boot/efi vfat /dev/vda1", @"mount /srv ext4 /dev/md\S+", @"array md\S+ raid5",
                @"array md\S+ raid10", @"array md\S+ raid0", "swap partition 508M",
            ])),
            RunAsync(bench, client, custom, CustomAsync, AsFoundAsync, (
            [
                "mount / xfs /dev/vda1", "mount /srv btrfs /dev/vda5", "mount /var/log ext4 /dev/vda3", "mount /opt/fat vfat /dev/vdb2",
                "mount /opt/volume xfs /dev/mapper/vg0-lv0", "swap partition 256M",
            ]), $"{Image}-xz"));
    }

    [Fact]
    public async Task A_gzip_archive_in_the_flat_layout_is_installed_on_UEFI_and_on_BIOS_and_boots()
    {
        await using var bench = await BeginAsync("root-flat");
        var uefi = await bench.Rack.AddMachineAsync("uefi", Firmware.Uefi, 35, await WithAsync(bench, 1, null), Token);
        var bios = await bench.Rack.AddMachineAsync("bios", Firmware.Bios, 36, await WithAsync(bench, 1, null), Token);
        var archive = await DebianRootArchive.GetAsync(Token);
        using var client = await OpenAsync(bench, "tgz", await archive.PackAsync("tgz", bench.Rack.Folder, Token));
        await Task.WhenAll(
            RunAsync(bench, client, uefi, FlatAsync, AsFoundAsync, (["mount / ext4 /dev/vda2", "mount /boot/efi vfat /dev/vda1"])),
            RunAsync(bench, client, bios, FlatAsync, AsFoundAsync, (["mount / ext4 /dev/vda2"])));
    }

    private async Task<RackBench> BeginAsync(string name)
    {
        Judge.RequireLong();
        LabJudges.RequireMachines();
        LabJudges.RequireBmc();
        LabJudges.RequireDiskImageTools();
        Judge.RequireAll("bzip2", "gzip", "sqfstar", "xz");
        return await RackBench.CreateAsync(name, output);
    }

    private static async Task<MaasClient> OpenAsync(RackBench bench, string fileType, string archive)
    {
        var client = await bench.Rack.OpenAsync(Token);
        await client.PostAsync("account/prefs/sshkeys/", [new("key", SshKey.Public)], Token);
        await client.UploadImageAsync($"custom/{Image}", fileType, archive, Token);
        return client;
    }

    private static async Task<Func<VirtualMachine, VirtualMachine>> WithAsync(RackBench bench, int disks, string? secondCard)
    {
        var card = secondCard is null ? null
            : new LabCard("virtio-net-pci", $"52:54:00:77:02:{secondCard}", await bench.Rack.Network.AddTapAsync(Token));
        return machine => machine with
        {
            Memory = 768,
            Disks = [.. Enumerable.Range(0, disks).Select(number => new LabDisk { Size = 3072, Serial = $"{machine.Serial}-{number}" })],
            OtherCards = card is null ? [] : [card],
        };
    }

    private async Task RunAsync(
        RackBench bench, MaasClient client, RackedMachine racked, Func<NodeConfigClient, Task> storage,
        Func<NodeConfigClient, Task> network,
        string[] facts,
        string image = Image)
    {
        var journey = new MachineJourney(client, racked, TimeProvider.System, bench)
        {
            Image = image,
            MoreUserData = Facts,
            Patience = TimeSpan.FromMinutes(20), // an initial RAM disk is made in software translation
        };
        await journey.EnlistAsync(Token);
        // Without the tests, which read all memory and all disks.
        await client.PutAsync($"machines/{journey.SystemId}/", racked.Power.Fields, Token);
        await client.PostAsync($"machines/{journey.SystemId}/?op=commission", [new("testing_scripts", "none")], Token);
        await journey.WaitForStatusAsync("Ready", Token);
        await racked.Machine.WaitForPowerOffAsync(journey.Patience, Token);
        var node = new NodeConfigClient(client, journey.SystemId);
        await storage(node);
        await network(node);
        await journey.AllocateAsync(Token);
        var began = racked.Machine.Console.Position;
        await journey.DeployAsync(Token);
        await journey.WaitForProofAsync(SshKey.Public, Token);
        foreach (var fact in facts)
            await racked.Machine.Console.WaitForAsync($"^{Proof} {fact}", TimeSpan.FromSeconds(5), began, Token);
        await racked.Machine.TurnOffAsync(Token);
    }

    private static async Task MirrorAsync(NodeConfigClient node)
    {
        await node.LayoutAsync("blank");
        var disks = await node.DisksAsync();
        var efi = await node.PartitionAsync(disks[0], "268435456");
        await node.FormatAsync(disks[0], efi, "fat32", "/boot/efi");
        var members = await Task.WhenAll(disks.Select(disk => node.PartitionAsync(disk, "2147483648")));
        var raid = await node.PostAsync(
            "raids/", [new("name", "md0"), new("level", "raid-1"), .. members.Select(id => KeyValuePair.Create("partitions", id))]);
        await node.FormatAsync(raid.GetProperty("virtual_device").GetProperty("id").ToString(), null, "ext4", "/");
    }

    private static Task FlatAsync(NodeConfigClient node) => node.LayoutAsync("flat");

    private static async Task ParityAsync(NodeConfigClient node)
    {
        await node.LayoutAsync("blank");
        var disks = await node.DisksAsync();
        var efi = await node.PartitionAsync(disks[0], "134217728");
        await node.FormatAsync(disks[0], efi, "fat32", "/boot/efi");
        foreach (var (level, size, type, point, over) in new (string, string, string, string?, int)[]
        {
            ("raid-5", "1073741824", "ext4", "/", 3), ("raid-10", "268435456", "ext4", "/srv", 3), ("raid-0", "268435456", "swap", null, 2),
        })
        {
            List<KeyValuePair<string, string>> members = [];
            foreach (var disk in disks.Take(over)) members.Add(new("partitions", await node.PartitionAsync(disk, size)));
            var raid = await node.PostAsync("raids/", [new("name", $"md-{level}"), new("level", level), .. members]);
            await node.FormatAsync(raid.GetProperty("virtual_device").GetProperty("id").ToString(), null, type, point);
        }
    }

    // A table of MBR with a logical partition, and a disk with GPT, a file system of FAT and a volume group.
    private static async Task CustomAsync(NodeConfigClient node)
    {
        await node.LayoutAsync("blank");
        var disks = await node.DisksAsync();
        var root = await node.PartitionAsync(disks[0], "1610612736");
        await node.PutAsync($"blockdevices/{disks[0]}/", [new("partition_table_type", "MBR")]);
        await node.FormatAsync(disks[0], root, "xfs", "/");
        await node.FormatAsync(disks[0], await node.PartitionAsync(disks[0], "268435456"), "swap", null);
        await node.FormatAsync(disks[0], await node.PartitionAsync(disks[0], "268435456"), "ext4", "/var/log");
        await node.FormatAsync(disks[0], await node.PartitionAsync(disks[0], "536870912"), "btrfs", "/srv");
        await node.FormatAsync(disks[1], await node.PartitionAsync(disks[1], "268435456"), "vfat", "/opt/fat");
        var member = await node.PartitionAsync(disks[1], "1073741824");
        var group = (await node.PostAsync("volume-groups/", [new("name", "vg0"), new("partitions", member)])).GetProperty("id").ToString();
        var volume = await node.PostAsync(
            $"volume-group/{group}/?op=create_logical_volume", [new("name", "lv0"), new("size", "536870912")]);
        await node.FormatAsync(volume.GetProperty("id").ToString(), null, "xfs", "/opt/volume");
    }

    private static Task AsFoundAsync(NodeConfigClient node) => Task.CompletedTask;

    private static Task VolumesAsync(NodeConfigClient node) => node.LayoutAsync("lvm");

    private static async Task BondAsync(NodeConfigClient node)
    {
        var cards = await node.InterfacesAsync();
        var (vlan, subnet) = await node.LinkAsync("10.77.0.0/24");
        // The environment used one card: which network the other is on, the operator says.
        foreach (var card in cards) await node.PutAsync($"interfaces/{card}/", [new("vlan", vlan)]);
        var bond = await node.PostAsync(
            "interfaces/?op=create_bond",
            [
                new("name", "bond0"), new("bond_mode", "active-backup"), new("vlan", vlan),
                .. cards.Select(card => KeyValuePair.Create("parents", card)),
            ]);
        var bondId = bond.GetProperty("id").ToString();
        await node.LinkSubnetAsync(bondId, subnet, "10.77.0.31");
        var (tagged, taggedSubnet) = await node.AddVlanAsync(vlan, "5", "10.78.5.0/24");
        var above = await node.PostAsync("interfaces/?op=create_vlan", [new("parent", bondId), new("vlan", tagged)]);
        await node.LinkSubnetAsync(above.GetProperty("id").ToString(), taggedSubnet, "10.78.5.31");
    }

    private static async Task BridgeAsync(NodeConfigClient node)
    {
        var cards = await node.InterfacesAsync();
        var (vlan, subnet) = await node.LinkAsync("10.77.0.0/24");
        var bridge = await node.PostAsync("interfaces/?op=create_bridge", [new("name", "br0"), new("parent", cards[0]), new("vlan", vlan)]);
        await node.LinkSubnetAsync(bridge.GetProperty("id").ToString(), subnet, "10.77.0.32");
    }
}
