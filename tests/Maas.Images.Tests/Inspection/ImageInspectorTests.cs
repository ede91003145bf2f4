using Maas.Images.Formats.Iso;
using Maas.Images.Inspection;
using Maas.Images.Tests.Trees;
using static Maas.Images.Tests.Inspection.SampleImages;

namespace Maas.Images.Tests.Inspection;

public sealed class ImageInspectorTests : IDisposable
{
    private const string Debian =
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_disk_tells_its_system_processor_kernels_cloud_init_and_firmware()
    {
        await MakeRootAsync();
        await Tools.RunAsync("mke2fs", "-q", "-F", "-t", "ext4", "-d", _folder["root"], _folder["root.ext4"], "16M");
        Directory.CreateDirectory(Path.Combine(_folder["esp"], "EFI", "BOOT"));
        await File.WriteAllBytesAsync(Path.Combine(_folder["esp"], "EFI", "BOOT", "BOOTX64.EFI"), Text("MZ"), Cancel);
        await Tools.RunAsync("mkfs.fat", "-C", _folder["esp.fat"], "4096");
        await Tools.RunAsync("mcopy", "-s", "-i", _folder["esp.fat"], Path.Combine(_folder["esp"], "EFI"), "::/");
        await Tools.ShellAsync(_folder.Path, "truncate -s 32M disk");
        await Tools.RunAsync(
            "sgdisk",
            "-n",
            "1:2048:+1M",
            "-t",
            "1:ef02",
            "-n",
            "2:0:+4M",
            "-t",
            "2:ef00",
            "-n",
            "3:0:+16M",
            "-t",
            "3:8300",
            "-n",
            "4:0:+1M",
            "-t",
            "4:8309",
            _folder["disk"]);
        await Tools.ShellAsync(
            _folder.Path,
            "dd if=esp.fat of=disk bs=1M seek=2 conv=notrunc status=none && dd if=root.ext4 of=disk bs=1M seek=6 conv=notrunc " +
            "status=none && printf 'LUKS\\272\\276' | dd of=disk bs=1M seek=22 conv=notrunc status=none");

        var before = await DescribeAsync();
        await Tools.ShellAsync(
            _folder.Path,
            "printf '\\353\\143\\220' | dd of=disk conv=notrunc status=none && printf 'core' | dd of=disk bs=1M seek=1 conv=notrunc " +
            "status=none");
        var found = await DescribeAsync();

        before.Boots.Should().Be(FirmwareBoot.Uefi, "there is no boot code yet");
        found.Boots.Should().Be(FirmwareBoot.Bios | FirmwareBoot.Uefi);
        found.EfiPrograms.Should().Equal("EFI/BOOT/BOOTX64.EFI");
        found.OperatingSystem.Should()
            .BeEquivalentTo(new { Id = "debian", Version = "12", Codename = "bookworm", Name = "Debian GNU/Linux 12 (bookworm)" });
        found.Architecture.Should().Be("arm64");
        found.Kernels.Select(kernel => (kernel.Path, kernel.Version))
            .Should()
            .BeEquivalentTo([("boot/vmlinuz-6.1.0-18-arm64", "6.1.0-18-arm64")]);
        found.CloudInit.Should().BeEquivalentTo(new InstalledCloudInit(null, ["MAAS"], IsDisabled: true));
        found.Medium.Should().BeNull();
        found.Unread.Should().Equal("partition 4 is luks");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_kernel_is_known_by_its_header(bool isPacked)
    {
        await File.WriteAllBytesAsync(_folder["image"], SampleImages.X86Kernel("6.1.0-18-amd64"), Cancel);
        if (isPacked) await Tools.ShellAsync(_folder.Path, "gzip image && mv image.gz image");

        var found = await DescribeAsync("image");

        found.Kernels.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Path = "", Version = "6.1.0-18-amd64" });
        found.Architecture.Should().Be("amd64");
        found.Unread.Should().BeEmpty();
    }

    [Theory]
    [InlineData("mksquashfs root image -quiet -no-progress")]
    [InlineData("tar -C root -czf image .")]
    [InlineData("tar -C root -c . | xz > image")]
    public async Task A_root_tree_in_any_wrapping_tells_the_same(string make)
    {
        await MakeRootAsync();
        Maas.Judges.Judge.RequireAll("mksquashfs", "tar", "xz");
        await Tools.ShellAsync(_folder.Path, make);

        var found = await DescribeAsync("image");

        found.OperatingSystem!.Codename.Should().Be("bookworm");
        found.Architecture.Should().Be("arm64");
        found.Kernels.Should().ContainSingle();
        found.CloudInit!.Datasources.Should().Equal("MAAS");
        found.Boots.Should().Be(FirmwareBoot.None);
        found.Unread.Should().BeEmpty();
    }

    [Fact]
    public async Task A_live_ISO_tells_of_the_root_inside_it()
    {
        await MakeRootAsync();
        await Tools.RunAsync("mksquashfs", _folder["root"], _folder["root.squashfs"], "-quiet", "-no-progress");
        var iso = new IsoBuilder();
        iso.AddFile("casper/vmlinuz", X86Kernel("6.8.0"));
        iso.AddFile("casper/initrd", Initrd);
        iso.AddFile("casper/minimal.squashfs", _folder["root.squashfs"]);
        iso.AddFile("boot/eltorito.img", new byte[2048]);
        iso.AddFile("boot/efi.img", new byte[4096]);
        iso.AddBootImage(IsoBootPlatform.Bios, "boot/eltorito.img", 4);
        iso.AddBootImage(IsoBootPlatform.Efi, "boot/efi.img");
        using var image = await DiskImage.OpenAsync(iso.Build(), null, Cancel);

        var found = await ImageInspector.DescribeAsync(image, Cancel);

        found.Medium!.Family.Should().Be(InstallMediaFamily.Casper);
        found.OperatingSystem!.Id.Should().Be("debian");
        found.Architecture.Should().Be("arm64", "the root's word counts for more than the kernel's");
        found.Boots.Should().Be(FirmwareBoot.Bios | FirmwareBoot.Uefi);
    }

    [Fact]
    public async Task A_root_that_is_a_bomb_is_not_unpacked()
    {
        using var image =
            await IsoAsync(
                ("casper/vmlinuz", X86Kernel("6.8.0")), ("casper/initrd", Initrd), ("casper/minimal.squashfs", Arm64Kernel(packed: true)));

        var found = await ImageInspector.DescribeAsync(image, Cancel);

        found.Unread.Should().ContainSingle().Which.Should().Contain("gzip");
        found.OperatingSystem.Should().BeNull();
    }

    [Fact]
    public async Task Dpkg_tells_the_processor_where_no_program_does()
    {
        using var image = await IsoAsync(
            ("etc/os-release", Text("ID=debian\n")),
            ("var/lib/dpkg/status", Text("Package: a\nArchitecture: all\n\nPackage: dpkg\nStatus: ok\nArchitecture: riscv64\n")));
        ImageInspector.Describe(image.OpenTree()).Architecture.Should().Be("riscv64");
    }

    [Fact]
    public void An_os_release_is_read_as_a_shell_would()
    {
        var release =
            OsRelease.Parse(
                "# comment\nNAME='Rocky Linux'\nPRETTY_NAME=\"Rocky \\\"Green\\\" 9\"\nID=rocky\nVERSION_ID=9.4\nnonsense\n=x\n");
        release.Should().BeEquivalentTo(new { Id = "rocky", Version = "9.4", Codename = "", Name = "Rocky \"Green\" 9" });
        OsRelease.Parse("").Name.Should().Be("Linux");
    }

    private async Task<ImageDescription> DescribeAsync(string name = "disk")
    {
        using var image = await DiskImage.OpenAsync(_folder[name], null, Cancel);
        return await ImageInspector.DescribeAsync(image, Cancel);
    }

    private async Task MakeRootAsync()
    {
        var root = _folder["root"];
        foreach (var folder in (string[])["etc/cloud/cloud.cfg.d", "usr/bin", "usr/lib", "boot"])
            Directory.CreateDirectory(Path.Combine(root, folder));
        await File.WriteAllTextAsync(Path.Combine(root, "usr/lib/os-release"), Debian, Cancel);
        File.CreateSymbolicLink(Path.Combine(root, "etc/os-release"), "../usr/lib/os-release");
        await File.WriteAllBytesAsync(Path.Combine(root, "usr/bin/dash"), Elf(183), Cancel);
        File.CreateSymbolicLink(Path.Combine(root, "usr/bin/sh"), "dash");
        File.CreateSymbolicLink(Path.Combine(root, "bin"), "/usr/bin");
        await File.WriteAllBytesAsync(Path.Combine(root, "boot/vmlinuz-6.1.0-18-arm64"), Arm64Kernel(packed: true), Cancel);
        await File.WriteAllTextAsync(Path.Combine(root, "boot/config-6.1.0-18-arm64"), "x", Cancel);
        await File.WriteAllTextAsync(Path.Combine(root, "etc/cloud/cloud.cfg"), "datasource_list: [MAAS]\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(root, "etc/cloud/cloud-init.disabled"), "", Cancel);
    }
}
