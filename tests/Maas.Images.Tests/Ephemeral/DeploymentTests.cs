using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

[Collection(DeploymentCollection.Name)]
public sealed class DeploymentTests(MirrorFixture mirror) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("raw", "")]
    [InlineData("gz", "gzip")]
    [InlineData("xz", "xz")]
    [InlineData("zst", "zstd")]
    public async Task An_image_is_written_to_the_disk_of_that_serial_number_grown_and_configured_though_the_connection_breaks(
        string format,
        string packer)
    {
        var image = await DeployableImage.MakeAsync(_folder, packer, Cancellation);
        await using var server =
            await new MetadataServer
            {
                Image = image,
                CutImageAt = image.Length / 2,
                CloudConfig = "datasource:\n  MAAS: {token_secret: config-secret}\n"
            }.StartAsync();
        server.Tasks.Enqueue(Deploy(image, format, "name-that-is-not-there", "TARGET7"));

        var console = await RunAsync(server, Disk("other", 64, "OTHER"), Disk("target", 256, "TARGET7"));

        console.Should().Contain("MAAS-AGENT done", server.Told).And.NotContain("config-secret").And.NotContain(MetadataServer.Secret);
        server.Requests.Should().Contain(
            request => request.Contains("maas-image bytes=", StringComparison.Ordinal), "the broken transfer is taken up where it broke");
        server.Reports.Select(report => report["op"]).Should().Equal(["netboot_off", "signal"], console);
        server.Reports.Last()["status"].Should().Be("OK");
        (await File.ReadAllBytesAsync(_folder["other"], Cancellation)).Should().OnlyContain(octet => octet == 0);
        await CheckDiskAsync(_folder["target"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Deployment_scripts_run_before_and_after_the_image_is_written_and_a_failure_of_one_is_the_deployments(int exit)
    {
        var image = await DeployableImage.MakeAsync(_folder, "gzip", Cancellation);
        await using var server = await new MetadataServer
        {
            Image = image,
            Scripts = ScriptTar.Make(
                ("pre-install", "40-check", 60, $"#!/bin/sh\nsfdisk -l /dev/vda; exit {exit}\n", "\talone\tfresh"),
                ("post-install", "60-done", 60, "#!/bin/sh\nsfdisk -l /dev/vda\n", "\talone\tfresh")),
        }.StartAsync();
        server.Tasks.Enqueue(Deploy(image, "gz", "vda", "TARGET7") + "has_scripts=true\n");

        await RunAsync(server, Disk("target", 256, "TARGET7"));

        var results = server.Reports.Where(report => report.ContainsKey("exit_status")).ToList();
        results[0]["file:40-check.out"].Should().NotContain("/dev/vda1", "nothing is written yet");
        if (exit != 0)
        {
            server.Reports.Last()["error"].Should().StartWith("Failed: 40-check", server.Told);
            server.Requests.Should().NotContain(request => request.Contains("maas-image", StringComparison.Ordinal));
            (await File.ReadAllBytesAsync(_folder["target"], Cancellation)).Should().OnlyContain(octet => octet == 0);
            return;
        }

        results[1]["file:60-done.out"].Should().Contain("/dev/vda1", "the image is there");
        server.Reports.TakeLast(2).Select(report => report["op"]).Should().Equal(["netboot_off", "signal"], server.Told);
        server.Reports.Last()["status"].Should().Be("OK");
    }

    [Fact]
    public async Task A_wrong_hash_fails_the_deployment_with_both_hashes()
    {
        var image = await DeployableImage.MakeAsync(_folder, "gzip", Cancellation);
        await using var server = await new MetadataServer { Image = image }.StartAsync();
        server.Tasks.Enqueue(
            Deploy(image, "gz", "vda", "TARGET7").Replace(MetadataServer.Sha256(image), new string('0', 64), StringComparison.Ordinal));

        var console = await RunAsync(server, Disk("target", 256, "TARGET7"));

        console.Should().Contain("MAAS-AGENT failed: the image's SHA-256 is wrong");
        var report = server.Reports.Should().ContainSingle().Subject;
        report["status"].Should().Be("FAILED");
        report["error"].Should().Contain(MetadataServer.Sha256(image)).And.Contain(new string('0', 64));
    }

    [Fact]
    public async Task A_disk_smaller_than_the_image_fails_the_deployment_with_the_kernels_reason()
    {
        var image = await DeployableImage.MakeAsync(_folder, "xz", Cancellation);
        await using var server = await new MetadataServer { Image = image }.StartAsync();
        server.Tasks.Enqueue(Deploy(image, "xz", "vda", "TARGET7"));

        await RunAsync(server, Disk("target", 16, "TARGET7"));

        var report = server.Reports.Should().ContainSingle().Subject;
        report["status"].Should().Be("FAILED");
        report["error"].Should().Contain("could not be written to vda").And.Contain("No space left");
    }

    [Fact]
    public async Task Of_disks_with_one_serial_number_none_is_written_to_unless_its_name_is_right_as_well()
    {
        await using var server = await new MetadataServer().StartAsync();
        server.Tasks.Enqueue(Deploy([1], "raw", "sda", "TWIN"));

        await RunAsync(server, Disk("first", 4, "TWIN"), Disk("second", 4, "TWIN"));

        var report = server.Reports.Should().ContainSingle().Subject;
        report["status"].Should().Be("FAILED");
        report["error"].Should()
            .StartWith("the disk sda (TWIN) cannot be told: 2 disks have its serial number, and 0 of them its place; there are: " +
                "vda(TWIN) vdb(TWIN)");
        (await File.ReadAllBytesAsync(_folder["first"], Cancellation)).Should().OnlyContain(octet => octet == 0);
    }

    [Fact]
    public async Task Quick_erasure_clears_the_ends_of_disks_and_partitions_and_full_erasure_clears_all()
    {
        await DeployableImage.MakeAsync(_folder, "gzip", Cancellation);
        var filled = Disk("target", 48, "TARGET7");
        File.Copy(_folder["disk.raw"], _folder["target"], overwrite: true);
        await using (var quick = await new MetadataServer().StartAsync())
        {
            quick.Tasks.Enqueue($"task=erase\nerase_mode=quick\n{Hardware(("sda", "TARGET7"))}");
            (await RunAsync(quick, filled)).Should().Contain("MAAS-AGENT done", quick.Told);
            quick.Reports.Last()["status"].Should().Be("OK");
        }

        var disk = await File.ReadAllBytesAsync(_folder["target"], Cancellation);
        foreach (var mebibyte in (int[])[0, 1, 8, 9, 46, 47])
            disk.AsSpan(mebibyte << 20, 1 << 20).IndexOfAnyExcept((byte)0).Should().Be(-1, $"the MiB at {mebibyte} is an end");
        disk.AsSpan().IndexOfAnyExcept((byte)0).Should().BePositive("quick does not touch the rest");

        await using var full = await new MetadataServer().StartAsync();
        full.Tasks.Enqueue($"task=erase\nerase_mode=full\n{Hardware(("sda", "TARGET7"))}");
        (await RunAsync(full, filled)).Should().Contain("MAAS-AGENT done", full.Told);
        full.Reports.Last()["status"].Should().Be("OK");
        (await File.ReadAllBytesAsync(_folder["target"], Cancellation)).AsSpan().IndexOfAnyExcept((byte)0).Should().Be(-1);
    }

    [Fact]
    public async Task An_erasure_fails_by_name_for_each_known_disk_that_is_absent_or_read_only_and_erases_the_others()
    {
        await using var server = await new MetadataServer().StartAsync();
        server.Tasks.Enqueue(
            $"task=erase\nerase_mode=quick\n{Hardware(("vda", "TARGET7"), ("vdb", "LOCKED"), ("vdc", "GONE"), ("vdd", ""))}");
        var (target, locked) = (Disk("target", 4, "TARGET7"), Disk("locked", 4, "LOCKED"));
        await File.WriteAllTextAsync(_folder["target"], new string('x', 4 << 20), Cancellation);
        locked[1] += ",readonly=on";

        await RunAsync(server, target, locked);

        var report = server.Reports.Should().ContainSingle().Subject;
        report["status"].Should().Be("FAILED");
        report["error"].Should()
            .StartWith("not every disk of this machine could be erased: vdb (LOCKED) is read-only; vdc (GONE) is absent; vdd is absent\n");
        (await File.ReadAllBytesAsync(_folder["target"], Cancellation)).Should().StartWith(new byte[1 << 20]);
    }

    // A machine with the virtual machines' UUID and these disks, of which no more is known.
    private static string Hardware(params (string Name, string Serial)[] disks) =>
        $"hardware_uuid=11223344-5566-7788-99aa-bbccddeeff00\nknown_disks={disks.Length}\n" +
        string.Concat(disks.Select(disk => $"known_disk=name={disk.Name}\tserial={disk.Serial}\n"));

    private static string Deploy(byte[] image, string format, string disk, string serial) =>
        $"task=deploy\nimage_path=/MAAS/metadata/latest/maas-image\nimage_sha256={MetadataServer.Sha256(image)}\n" +
        $"image_size={image.Length}\nimage_format={format}\ntarget_disk=name={disk}\tserial={serial}\n{Hardware((disk, serial))}";

    private string[] Disk(string name, int mebibytes, string serial)
    {
        using (var file = File.Create(_folder[name])) file.SetLength((long)mebibytes << 20);
        return
        [
            "-drive",
            $"if=none,id={name},file={_folder[name]},format=raw,cache=unsafe,discard=unmap",
            "-device",
            $"virtio-blk-pci,drive={name},serial={serial}"
        ];
    }

    private async Task CheckDiskAsync(string disk)
    {
        var table = (await Judge.RunAsync(Judge.Require("sfdisk", "fdisk"), ["--verify", disk], null, Cancellation)).Approved();
        table.Output.Should().Contain("No errors detected");
        var root = _folder["root.ext4"];
        await using (var source = File.OpenRead(disk))
        await using (var target = File.Create(root))
        {
            source.Position = DeployableImage.RootOffset;
            await source.CopyToAsync(target, Cancellation);
        }

        (await Judge.RunAsync(Judge.Require("e2fsck", "e2fsprogs"), ["-fn", root], null, Cancellation)).Approved();
        var super = await Judge.RunAsync(Judge.Require("dumpe2fs", "e2fsprogs"), ["-h", root], null, Cancellation);
        var blocks = long.Parse(
            super.Output.Split('\n').First(line => line.StartsWith("Block count:", StringComparison.Ordinal)).Split(':')[1],
            System.Globalization.CultureInfo.InvariantCulture);
        (blocks * 1024).Should().BeGreaterThan(240L << 20, "the file system took the rest of the disk");
        var debugfs = Judge.Require("debugfs", "e2fsprogs");
        (await Judge.RunAsync(debugfs, ["-R", "cat /etc/cloud/cloud.cfg.d/90_maas.cfg", root], null, Cancellation)).Output.Should()
            .Contain("config-secret");
        (await Judge.RunAsync(debugfs, ["-R", "stat /etc/cloud/cloud.cfg.d/90_maas.cfg", root], null, Cancellation)).Output.Should()
            .Contain("Mode:  0600");
    }

    private async Task<string> RunAsync(MetadataServer server, params string[][] disks) =>
        await VirtualMachine.RunAsync(
            await mirror.EnvironmentAsync(Cancellation),
            $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01",
            disks.SelectMany(disk => disk),
            Cancellation);
}
