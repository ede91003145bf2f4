using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
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
    private const int MiB = 1 << 20;

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

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Partitions_a_mirror_volumes_and_file_systems_are_made_and_an_archive_is_unpacked_onto_them()
    {
        var archive = Archive();
        await using var server = await new MetadataServer
        {
            Image = archive, CutImageAt = archive.Length / 2, CloudConfig = "datasource: {MAAS: {token_secret: config-secret}}\n",
            DiskPlan = Text(Plan),
        }.StartAsync();
        server.Tasks.Enqueue(Deploy(archive, ("vda", "ONE"), ("vdb", "TWO"), ("vdc", "OTHER")));

        var console = await RunAsync(server, Disk("one", 560, "ONE"), Disk("two", 560, "TWO"), Disk("other", 8, "OTHER"));

        console.Should().Contain("MAAS-AGENT done", server.Told).And.NotContain("config-secret").And.NotContain(MetadataServer.Secret);
        server.Reports.Select(report => report["op"]).Should().Equal(["netboot_off", "signal"], console);
        server.Phases.Select(phase => JsonDocument.Parse(phase).RootElement.GetProperty("name").GetString()).Should()
            .ContainInOrder(
                "cmd-install/wipe", "cmd-install/partition", "cmd-install/raid", "cmd-install/lvm", "cmd-install/format",
                "cmd-install/extract", "cmd-install/configure", "cmd-install/bootloader");
        (await File.ReadAllBytesAsync(_folder["other"], Cancellation)).Should().OnlyContain(octet => octet == 0);
        await CheckTablesAsync();
        await CheckFileSystemsAsync();
        await CheckReportAsync();
    }

    [Fact]
    public async Task A_disk_that_is_missing_fails_the_deployment_and_nothing_is_written()
    {
        var archive = Archive();
        await using var server = await new MetadataServer { Image = archive, DiskPlan = Text(Plan) }.StartAsync();
        server.Tasks.Enqueue(Deploy(archive, ("vda", "ONE"), ("vdb", "TWO")));

        await RunAsync(server, Disk("one", 560, "ONE"), Disk("third", 560, "THREE"));

        var report = server.Reports.Should().ContainSingle().Subject;
        report["status"].Should().Be("FAILED");
        report["error"].Should().StartWith("the disk vdb (TWO) is absent; there are: vda(ONE) vdb(THREE)");
        (await File.ReadAllBytesAsync(_folder["one"], Cancellation)).AsSpan().IndexOfAnyExcept((byte)0).Should().Be(-1);
    }

    [Fact]
    public async Task An_archive_without_a_kernel_fails_the_deployment_and_says_so()
    {
        var archive = Archive(withKernel: false);
        await using var server = await new MetadataServer
        {
            Image = archive,
            DiskPlan = Text($"""
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
        server.Tasks.Enqueue(Deploy(archive, ("vda", "ONE")));

        await RunAsync(server, Disk("one", 80, "ONE"));

        server.Reports.Should().ContainSingle().Which["error"].Should().StartWith("the archive holds no kernel in /boot");
    }

    private async Task CheckTablesAsync()
    {
        foreach (var disk in (string[])["one", "two"])
            (await Judge.RunAsync(Judge.Require("sfdisk", "fdisk"), ["--verify", _folder[disk]], null, Cancellation)).Approved()
                .Output.Should().Contain("No errors detected");
        var table = (await Judge.RunAsync(Judge.Require("sfdisk", "fdisk"), ["-d", _folder["one"]], null, Cancellation)).Output;
        table.Should().Contain($"uuid={Boot.ToUpperInvariant()}").And.MatchRegex("start= *2048, size= *2048, type=21686148");
    }

    private async Task CheckFileSystemsAsync()
    {
        await CheckSliceAsync("one", 68, 340, "linux_raid_member", Raid);
        await CheckSliceAsync("two", 68, 340, "linux_raid_member", Raid);
        await CheckSliceAsync("two", 409, 140, "LVM2_member", null);
        await CheckSliceAsync("one", 408, 16, "swap", Swap);
        await CheckSliceAsync("one", 424, 128, "btrfs", More);
        await CheckSliceAsync("two", 4, 48, "vfat", "1A2B-3C4D");
        foreach (var slice in new[]
        {
            await CheckSliceAsync("one", 4, 64, "ext4", Boot),
            // A physical volume begins with a MiB of its own, then comes the small volume.
            await CheckSliceAsync("two", 409 + 1 + 16, 120, "ext4", Data),
        })
            (await Judge.RunAsync(Judge.Require("e2fsck", "e2fsprogs"), ["-fn", slice], null, Cancellation)).Approved();
    }

    private async Task<string> CheckSliceAsync(string disk, int start, int size, string type, string? uuid)
    {
        var slice = _folder[$"{disk}-{start}"];
        await using (var source = File.OpenRead(_folder[disk]))
        await using (var target = File.Create(slice))
        {
            source.Position = (long)start * MiB;
            var left = (long)size * MiB;
            var buffer = new byte[MiB];
            for (; left > 0; left -= MiB)
            {
                await source.ReadExactlyAsync(buffer, Cancellation);
                await target.WriteAsync(buffer, Cancellation);
            }
        }

        var found = (await Judge.RunAsync(Judge.Require("blkid", "util-linux"), ["-p", "-o", "export", slice], null, Cancellation)).Output;
        found.Should().Contain($"TYPE={type}\n", $"{start} MiB of {disk}");
        if (uuid is not null) found.Should().Contain($"UUID={uuid}\n");
        return slice;
    }

    private async Task CheckReportAsync()
    {
        var report = (await Judge.RunAsync(
            Judge.Require("debugfs", "e2fsprogs"), ["-R", "cat /report", _folder["one-4"]], null, Cancellation)).Output;
        report.Should().Contain("grub-install --target=i386-pc --recheck /dev/vda")
            .And.Contain("grub-install --target=i386-pc --recheck /dev/vdb")
            .And.Contain("update-initramfs -c -k 1")
            .And.Contain("/dev/md0 / xfs rw").And.Contain("/dev/vda2 /boot ext4 rw").And.Contain("/dev/vdb1 /boot/efi vfat rw")
            .And.Contain("/dev/vda5 /opt/more\\040things btrfs rw").And.Contain("/dev/mapper/vg--data-rest /srv/data ext4 rw")
            .And.MatchRegex("md0 : active raid1 vdb3\\[1\\] vda3\\[0\\]")
            .And.Contain($"UUID={Root} / xfs defaults 0 0\n")
            .And.Contain("ARRAY /dev/md0 metadata=1.2 UUID=11111111:22223333:44445555:55555555")
            .And.Contain("GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX console=ttyS0 quiet\"")
            .And.Contain("owner 1000 1000").And.Contain("secret 600");
    }

    // A root file system of busybox, whose boot loader programs write down what they see.
    private static byte[] Archive(bool withKernel = true)
    {
        var busybox = File.ReadAllBytes(Judge.Require("busybox", "busybox-static"));
        using var bytes = new MemoryStream();
        using (var packed = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(packed, TarEntryFormat.Pax))
        {
            string[] folders =
            [
                "bin", "boot", "dev", "etc", "etc/cloud", "proc", "run", "sys", "usr", "usr/lib", "usr/lib/grub", "usr/lib/grub/i386-pc",
                "usr/sbin", "srv",
            ];
            foreach (var folder in folders) Add(folder, null);
            Add("bin/busybox", busybox);
            foreach (var applet in (string[])["sh", "cat", "stat"])
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
            Add("etc/os-release", "ID=test\n"u8.ToArray());
            if (withKernel) Add("boot/vmlinuz-1", "kernel"u8.ToArray());
            foreach (var program in (string[])["grub-install", "update-initramfs", "mdadm", "lvm"])
                Add($"usr/sbin/{program}", Encoding.ASCII.GetBytes($"#!/bin/sh\necho {program} $* >>/boot/report\n"));
            Add("usr/sbin/update-grub", Encoding.ASCII.GetBytes("""
                #!/bin/sh
                {
                    cat /proc/mounts /proc/mdstat /etc/fstab /etc/mdadm/mdadm.conf /etc/default/grub.d/90-maas.cfg
                    stat -c 'owner %u %g' /srv/of-a-user
                    stat -c 'secret %a' /etc/cloud/cloud.cfg.d/90_maas.cfg
                } >>/boot/report

                """.ReplaceLineEndings("\n")));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "srv/of-a-user") { Uid = 1000, Gid = 1000, Mode = (UnixFileMode)0x1ED });
            // Long enough to be cut in two.
            var filler = new byte[4 * MiB];
            new Random(11).NextBytes(filler);
            Add("srv/filler", filler);

            void Add(string name, byte[]? content)
            {
                var entry = new PaxTarEntry(content is null ? TarEntryType.Directory : TarEntryType.RegularFile, name)
                {
                    Mode = (UnixFileMode)0x1ED, // 755
                };
                if (content is not null) entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    // A space becomes the tab between two fields, "_" the space within one, and a backslash the tab within the identity of a disk.
    private static string Text(string plan) =>
        plan.ReplaceLineEndings("\n").Replace(' ', '\t').Replace('_', ' ').Replace('\\', '\t');

    private static string Deploy(byte[] archive, params (string Name, string Serial)[] disks) =>
        "task=deploy\nimage_layout=root\nimage_format=gz\nimage_path=/MAAS/metadata/latest/maas-image\n"
        + $"image_sha256={MetadataServer.Sha256(archive)}\nimage_size={archive.Length}\n"
        + $"hardware_uuid=11223344-5566-7788-99aa-bbccddeeff00\nknown_disks={disks.Length}\n"
        + string.Concat(disks.Select(disk => $"known_disk=name={disk.Name}\tserial={disk.Serial}\n"));

    private string[] Disk(string name, int mebibytes, string serial)
    {
        using (var file = File.Create(_folder[name])) file.SetLength((long)mebibytes * MiB);
        return
        [
            "-drive", $"if=none,id={name},file={_folder[name]},format=raw,cache=unsafe,discard=unmap",
            "-device", $"virtio-blk-pci,drive={name},serial={serial}",
        ];
    }

    private async Task<string> RunAsync(MetadataServer server, params string[][] disks)
    {
        var environment = await mirror.EnvironmentAsync(Cancellation);
        // As a boot program does: one archive behind the other, each beginning at a multiple of four.
        var both = _folder["both"];
        await using (var target = File.Create(both))
        {
            foreach (var path in (string[])[environment.InitrdPath, environment.InstallToolsPath!])
            {
                await target.WriteAsync(await File.ReadAllBytesAsync(path, Cancellation), Cancellation);
                await target.WriteAsync(new byte[(4 - (target.Position % 4)) % 4], Cancellation);
            }
        }

        return await VirtualMachine.RunAsync(
            environment,
            $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01",
            ["-initrd", both, .. disks.SelectMany(disk => disk)],
            Cancellation);
    }
}
