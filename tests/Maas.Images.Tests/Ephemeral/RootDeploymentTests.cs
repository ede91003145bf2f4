using System.Text.Json;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// The agent carries out the steps of a disk plan: partitions, a RAID, a volume group, and each type of file system. The archive's own
/// boot loader programs are scripts that write down what they see; a real system boots in the journeys.
/// </summary>
[Collection(DeploymentCollection.Name)]
public sealed class RootDeploymentTests(MirrorFixture mirror) : IDisposable
{
    private const string Raid = "11111111-2222-3333-4444-555555555555";
    private const string Root = "aaaaaaaa-0000-4000-8000-000000000001";
    private const string Boot = "aaaaaaaa-0000-4000-8000-000000000002";
    private const string Data = "aaaaaaaa-0000-4000-8000-000000000003";
    private const string Swap = "aaaaaaaa-0000-4000-8000-000000000004";
    private const string More = "aaaaaaaa-0000-4000-8000-000000000005";
    private const string Linux = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";

    private const string Plan =
        $"""
        disk d1 name=vda\serial=ONE
        disk d2 name=vdb\serial=TWO
        wipe d1
        wipe d2
        table d1 gpt
        part d1 1 1 1 21686148-6449-6E6F-744E-656564454649 - -
        part d1 2 4 64 {Linux} {Boot} -
        part d1 3 68 340 A19D880F-05FC-4D3B-A006-743F0F84911E - -
        part d1 4 408 16 0657FD6D-A4AB-43C4-84E5-0933C84B4F4F - -
        part d1 5 424 128 {Linux} - -
        commit d1
        table d2 dos
        part d2 1 4 48 c - active
        part d2 2 52 8 83 - -
        part d2 3 68 340 fd - -
        part d2 4 408 - 5 - -
        part d2 5 409 140 8e - -
        commit d2
        raid m0 1 md0 {Raid} d1.3,d2.3 -
        vg vg-data d2.5
        lv v1 vg-data small vg--data-small 16777216
        lv v2 vg-data rest vg--data-rest -
        mkfs m0 xfs {Root} root
        mkfs d1.2 ext4 {Boot} boot
        mkfs d1.4 swap {Swap} -
        mkfs d1.5 btrfs {More} -
        mkfs d2.1 fat32 1A2B-3C4D efi
        mkfs v2 ext4 {Data} -
        mount m0 / xfs
        mount d1.2 /boot ext4
        mount d2.1 /boot/efi vfat
        mount d1.5 /opt/more_things btrfs
        mount v2 /srv/data ext4
        unpack
        fstab
        fstab-line UUID={Root}_/_xfs_defaults_0_0
        grub-bios d1,d2

        """;

    private readonly RootDeployment _machine = new(mirror);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Partitions_a_mirror_volumes_and_file_systems_are_made_and_an_archive_is_unpacked_onto_them()
    {
        var archive = await _machine.ArchiveAsync();
        await using var server = await new MetadataServer
        {
            Image = archive, CutImageAt = archive.Length / 2, CloudConfig = "datasource: {MAAS: {token_secret: config-secret}}\n",
            DiskPlan = RootDeployment.Text(Plan), KilledAfter = ["partition vda", "cmd-install/extract", "cmd-install/bootloader"],
        }.StartAsync();
        server.Tasks.Enqueue(RootDeployment.Task(archive, "gz", ("vda", "ONE"), ("vdb", "TWO"), ("vdc", "OTHER")));

        var console = await _machine.RunAsync(
            server, _machine.Disk("one", 560, "ONE"), _machine.Disk("two", 560, "TWO"), _machine.Disk("other", 8, "OTHER"));

        console.Should().Contain("MAAS-AGENT done", server.Told).And.NotContain("config-secret").And.NotContain(MetadataServer.Secret);
        server.Reports.Select(report => report["op"]).Should().Equal(["netboot_off", "signal"], console);
        server.Phases.Select(phase => JsonDocument.Parse(phase).RootElement.GetProperty("name").GetString()).Should()
            .ContainInOrder(
                "cmd-install/wipe", "cmd-install/partition", "cmd-install/raid", "cmd-install/lvm", "cmd-install/format",
                "cmd-install/extract", "cmd-install/configure", "cmd-install/bootloader");
        (await File.ReadAllBytesAsync(_machine["other"], Cancellation)).Should().OnlyContain(octet => octet == 0);
        await CheckTablesAsync();
        await CheckFileSystemsAsync();
        await CheckReportAsync();
    }

    [Theory]
    [InlineData("TWO", "THREE", "the disk sdb (TWO) is absent; there are: vda(ONE) vdb(THREE)")]
    [InlineData("ONE", "ONE", "the disk sda (ONE) cannot be told: 2 disks have its serial number, and 0 of them its place; there are: " +
        "vda(ONE) vdb(ONE)")]
    public async Task A_disk_that_is_missing_or_ambiguous_fails_the_deployment_and_nothing_is_written(
        string planned, string second, string reason)
    {
        var archive = await _machine.ArchiveAsync();
        var plan = RootDeployment.Text(Plan).Replace("name=vd", "name=sd", StringComparison.Ordinal)
            .Replace("serial=TWO", $"serial={planned}", StringComparison.Ordinal);
        await using var server = await new MetadataServer { Image = archive, DiskPlan = plan }.StartAsync();
        server.Tasks.Enqueue(RootDeployment.Task(archive, "gz", ("sda", "ONE"), ("sdb", planned)));
        var (one, two) = (_machine.Disk("one", 64, "ONE"), _machine.Disk("two", 64, second));
        var before = new byte[64 << 20];
        new Random(3).NextBytes(before);
        foreach (var disk in (string[])["one", "two"]) await File.WriteAllBytesAsync(_machine[disk], before, Cancellation);

        var console = await _machine.RunAsync(server, one, two);

        var report = server.Reports.Should().ContainSingle(console).Subject;
        report["status"].Should().Be("FAILED");
        report["error"].Should().StartWith(reason);
        foreach (var disk in (string[])["one", "two"])
        {
            var after = await File.ReadAllBytesAsync(_machine[disk], Cancellation);
            after.AsSpan().SequenceEqual(before).Should().BeTrue($"{disk} is as before");
        }
    }

    [Fact]
    public async Task A_bzip2_archive_without_a_kernel_is_unpacked_and_fails_the_deployment_and_says_so()
    {
        var archive = await _machine.ArchiveAsync("bz2", withKernel: false);
        await using var server = await new MetadataServer
        {
            Image = archive,
            DiskPlan = RootDeployment.Text($"""
                disk d1 name=vda\serial=ONE
                wipe d1
                table d1 gpt
                part d1 1 4 64 {Linux} {Boot} -
                commit d1
                mkfs d1.1 ext2 {Root} -
                mount d1.1 / ext2
                unpack

                """),
        }.StartAsync();
        server.Tasks.Enqueue(RootDeployment.Task(archive, "bz2", ("vda", "ONE")));

        await _machine.RunAsync(server, _machine.Disk("one", 80, "ONE"));

        server.Reports.Should().ContainSingle().Which["error"].Should().StartWith("the archive holds no kernel in /boot");
    }

    [Fact, Trait("Category", "Long")]
    public async Task A_machine_that_lost_its_power_in_each_phase_is_deployed_when_it_starts_again()
    {
        Judge.RequireLong();
        var archive = await _machine.ArchiveAsync();
        await using var server = await new MetadataServer { Image = archive, DiskPlan = RootDeployment.Text(Plan) }.StartAsync();
        server.Tasks.Enqueue(RootDeployment.Task(archive, "gz", ("vda", "ONE"), ("vdb", "TWO")));
        string[][] disks = [_machine.Disk("one", 560, "ONE"), _machine.Disk("two", 560, "TWO")];
        foreach (var step in (string[])
            [
                "wipe vdb", "partition vdb", "build RAID 1 md0", "make volume group vg-data", "make xfs on md0", "unpack the archive",
                "configure", "install the boot loader",
            ])
        {
            (await _machine.RunAsync(server, $"MAAS-AGENT step={step}", disks)).Should().Contain($"step={step}").And.NotContain("failed");
            server.Reports.Should().BeEmpty($"its power was lost at '{step}'");
        }

        (await _machine.RunAsync(server, disks)).Should().Contain("MAAS-AGENT done", server.Told);
        await CheckTablesAsync();
        await CheckFileSystemsAsync();
        await CheckReportAsync();
    }

    private async Task CheckTablesAsync()
    {
        foreach (var disk in (string[])["one", "two"])
            (await Judge.RunAsync(Judge.Require("sfdisk", "fdisk"), ["--verify", _machine[disk]], null, Cancellation)).Approved()
                .Output.Should().Contain("No errors detected");
        var table = (await Judge.RunAsync(Judge.Require("sfdisk", "fdisk"), ["-d", _machine["one"]], null, Cancellation)).Output;
        table.Should().Contain($"uuid={Boot.ToUpperInvariant()}").And.MatchRegex("start= *2048, size= *2048, type=21686148");
    }

    private async Task CheckFileSystemsAsync()
    {
        await _machine.CheckSliceAsync("one", 68, 340, "linux_raid_member", Raid);
        await _machine.CheckSliceAsync("two", 68, 340, "linux_raid_member", Raid);
        await _machine.CheckSliceAsync("two", 409, 140, "LVM2_member", null);
        await _machine.CheckSliceAsync("one", 408, 16, "swap", Swap);
        await _machine.CheckSliceAsync("one", 424, 128, "btrfs", More);
        await _machine.CheckSliceAsync("two", 4, 48, "vfat", "1A2B-3C4D");
        foreach (var slice in new[]
        {
            await _machine.CheckSliceAsync("one", 4, 64, "ext4", Boot),
            // A physical volume begins with a MiB of its own, then comes the small volume.
            await _machine.CheckSliceAsync("two", 409 + 1 + 16, 120, "ext4", Data),
        })
            (await Judge.RunAsync(Judge.Require("e2fsck", "e2fsprogs"), ["-fn", slice], null, Cancellation)).Approved();
    }

    private async Task CheckReportAsync()
    {
        var report = (await Judge.RunAsync(
            Judge.Require("debugfs", "e2fsprogs"), ["-R", "cat /report", _machine["one-4"]], null, Cancellation)).Output;
        report.Should().Contain("grub-install --target=i386-pc --recheck /dev/vda")
            .And.Contain("grub-install --target=i386-pc --recheck /dev/vdb")
            .And.Contain("update-initramfs -c -k 1")
            .And.Contain("/dev/md0 / xfs rw").And.Contain("/dev/vda2 /boot ext4 rw").And.Contain("/dev/vdb1 /boot/efi vfat rw")
            .And.Contain("/dev/vda5 /opt/more\\040things btrfs rw").And.Contain("/dev/mapper/vg--data-rest /srv/data ext4 rw")
            .And.MatchRegex("md0 : active raid1 vdb3\\[1\\] vda3\\[0\\]")
            .And.Contain($"UUID={Root} / xfs defaults 0 0\n")
            .And.Contain("ARRAY /dev/md0 metadata=1.2 UUID=11111111:22223333:44445555:55555555")
            .And.Contain($"GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX {VirtualMachine.KernelOptions}\"\n")
            .And.Contain("owner 1000 1000").And.Contain("secret 600");
    }
}
