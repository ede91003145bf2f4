using Maas.Images.Formats.Iso;
using Maas.Images.Import;
using Maas.Images.Inspection;
using Maas.Images.Tests.Simplestreams;
using static Maas.Images.Tests.Inspection.SampleImages;

namespace Maas.Images.Tests.Inspection;

public sealed class InstallMediaTests
{
    private const string UbuntuTitle = "Ubuntu-Server 24.04.1 LTS \"Noble Numbat\" - Release amd64 (20240827)";
    private static readonly byte[] Kernel = X86Kernel("6.8.0-41-generic");
    private static readonly byte[] Squashfs = [.. "hsqs"u8, .. new byte[4000]];

    [Theory]
    [InlineData(InstallMediaFamily.DebianInstaller, "install.amd/vmlinuz", "install.amd/initrd.gz", null)]
    [InlineData(InstallMediaFamily.DebianInstaller, "linux", "initrd.gz", null)]
    [InlineData(InstallMediaFamily.DebianInstaller, "install/vmlinuz", "install/initrd.gz", "install/filesystem.squashfs")]
    [InlineData(
        InstallMediaFamily.DebianInstaller,
        "install/netboot/ubuntu-installer/amd64/linux",
        "install/netboot/ubuntu-installer/amd64/initrd.gz",
        null)]
    [InlineData(InstallMediaFamily.DebianLive, "live/vmlinuz-6.1.0-18-amd64", "live/initrd.img-6.1.0-18-amd64", "live/filesystem.squashfs")]
    [InlineData(InstallMediaFamily.Casper, "casper/vmlinuz", "casper/initrd", "casper/ubuntu-server-minimal.squashfs")]
    [InlineData(InstallMediaFamily.Casper, "casper/vmlinuz.efi", "casper/initrd.lz", "casper/filesystem.squashfs")]
    [InlineData(InstallMediaFamily.Anaconda, "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", "images/install.img")]
    [InlineData(InstallMediaFamily.Anaconda, "isolinux/vmlinuz", "isolinux/initrd.img", "LiveOS/squashfs.img")]
    [InlineData(InstallMediaFamily.Other, "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd", null)]
    [InlineData(
        InstallMediaFamily.Other, "arch/boot/x86_64/vmlinuz-linux", "arch/boot/x86_64/initramfs-linux.img", "arch/x86_64/airootfs.sfs")]
    // SystemRescue
    [InlineData(
        InstallMediaFamily.Other, "sysresccd/boot/x86_64/vmlinuz", "sysresccd/boot/x86_64/sysresccd.img", "sysresccd/x86_64/airootfs.sfs")]
    public async Task A_mediums_kernel_initrd_and_root_are_found(InstallMediaFamily family, string kernel, string initrd, string? root)
    {
        List<(string, byte[])> files =
        [
            (kernel, Kernel), (initrd, Initrd), ("readme.txt", Text("nothing")), ("pool/main/a.deb", Text("!<arch>\n"))
        ];
        if (root is not null) files.Add((root, Squashfs));
        using var iso = await IsoAsync([.. files]);

        InstallMedia.Classify(iso.OpenTree())
            .Should()
            .Be(new InstallMedia
            {
                Family = family,
                Title = "MEDIUM",
                Architecture = "amd64",
                Kernel = kernel,
                Initrd = initrd,
                Root = root
            });
    }

    [Fact]
    public async Task Microcode_beside_a_kernel_is_not_its_initial_RAM_disk()
    {
        byte[] microcode = [.. Initrd, .. new byte[100_000]];
        using var iso = await IsoAsync(("sysresccd/boot/x86_64/vmlinuz", Kernel), ("sysresccd/boot/x86_64/sysresccd.img", Initrd),
            ("sysresccd/boot/intel_ucode.img", microcode),
            ("sysresccd/boot/x86_64/amd_ucode.img", microcode), ("sysresccd/boot/x86_64/memtest.img", Text("no archive")));
        InstallMedia.Classify(iso.OpenTree())!.Initrd.Should().Be("sysresccd/boot/x86_64/sysresccd.img");
    }

    [Fact]
    public async Task The_layers_over_a_root_come_with_it()
    {
        string[] layers = ["casper/ubuntu-server-minimal.ubuntu-server.squashfs",
            "casper/ubuntu-server-minimal.ubuntu-server.installer.squashfs",
            "casper/ubuntu-server-minimal.ubuntu-server.installer.generic.squashfs"];
        var iso = new IsoBuilder();
        foreach (var (path, content) in new[] { ("casper/vmlinuz", Kernel), ("casper/initrd", Initrd) }) iso.AddFile(path, content);
        foreach (var path in layers.Append("casper/ubuntu-server-minimal.squashfs")) iso.AddFile(path, Squashfs);
        await using var streams = await SyntheticStreams.StartAsync();

        await streams.RunAsync(new IsoSource { Name = "noble", OpenMedium = iso.Build });

        streams.Library.FindImport("noble")!.Files.Where(file => file.Metadata["ftype"].StartsWith("squashfs", StringComparison.Ordinal))
            .Select(file => (file.Name, file.Metadata["ftype"])).Should().Equal(
            [("casper/ubuntu-server-minimal.squashfs", "squashfs"), .. layers.Select(layer => (layer, "squashfs-layer"))]);
        using var image = await DiskImage.OpenAsync(iso.Build(), null, TestContext.Current.CancellationToken);
        InstallMedia.Classify(image.OpenTree())!.Layers.Should().Equal(layers);
    }

    [Fact]
    public async Task A_medium_says_what_it_is_called()
    {
        using var iso =
            await IsoAsync(("casper/vmlinuz", Kernel), ("casper/initrd", Initrd), (".disk/info", Text(UbuntuTitle + "\u001b[2J\nmore")));
        InstallMedia.Classify(iso.OpenTree())!.Title.Should().Be(UbuntuTitle + "[2J");
    }

    [Fact]
    public async Task A_treeinfo_is_believed_where_its_files_are_what_it_says()
    {
        const string info =
            "[general]\nname = Rocky Linux 9.4\narch = aarch64\n[images-aarch64]\nkernel = images/pxeboot/vmlinuz\ninitrd = " +
            "images/pxeboot/initrd.img\n[stage2]\nmainimage = images/install.img\n";
        using var iso = await IsoAsync(
            (".treeinfo", Text(info)),
            ("images/pxeboot/vmlinuz", Arm64Kernel(packed: true)),
            ("images/pxeboot/initrd.img", Initrd),
            ("images/install.img", Squashfs));
        InstallMedia.Classify(iso.OpenTree()).Should().Be(new InstallMedia
        {
            Family = InstallMediaFamily.Anaconda, Title = "Rocky Linux 9.4", Architecture = "arm64", Kernel = "images/pxeboot/vmlinuz",
            Initrd = "images/pxeboot/initrd.img", Root = "images/install.img",
        });

        using var lie = await IsoAsync(
            (".treeinfo", Text(info.Replace("images/pxeboot/vmlinuz", "../../etc/passwd", StringComparison.Ordinal))),
            ("images/pxeboot/initrd.img", Initrd));
        InstallMedia.Classify(lie.OpenTree()).Should().BeNull();
    }

    [Fact]
    public async Task A_name_alone_makes_no_kernel()
    {
        using var iso = await IsoAsync(
            ("casper/vmlinuz", Text("#!/bin/sh\n")),
            ("casper/initrd", Initrd),
            ("install.amd/vmlinuz", Kernel),
            ("install.amd/initrd.gz", Text("not packed")));
        InstallMedia.Classify(iso.OpenTree()).Should().BeNull();
    }

    [Fact]
    public async Task A_data_disc_is_no_medium()
    {
        using var seed = await IsoAsync(("meta-data", Text("instance-id: 1\n")), ("user-data", Text("#cloud-config\n")));
        InstallMedia.Classify(seed.OpenTree()).Should().BeNull();
    }

    [Fact]
    public async Task An_ISOs_kernel_initrd_and_root_come_into_the_library()
    {
        await using var streams = await SyntheticStreams.StartAsync();
        var iso = new IsoBuilder();
        foreach (var (path, content) in new[]
        {
            ("casper/vmlinuz", Kernel), ("casper/initrd", Initrd), ("casper/minimal.squashfs", Squashfs)
        }) iso.AddFile(path, content);

        await streams.RunAsync(new IsoSource { Name = "noble", OpenMedium = iso.Build });

        var files = streams.Library.FindImport("noble")!.Files;
        files.Select(file => (file.Name, file.Metadata["ftype"], file.Metadata["arch"])).Should().Equal(
            ("casper/vmlinuz", "boot-kernel", "amd64"),
            ("casper/initrd", "boot-initrd", "amd64"),
            ("casper/minimal.squashfs", "squashfs", "amd64"));
        await using var kernel = streams.Library.OpenRead(files[0].Digest)!;
        LinuxKernel.Identify(kernel)!.Version.Should().Be("6.8.0-41-generic");

        var seed = new IsoBuilder();
        seed.AddFile("meta-data", Text("instance-id: 1\n"));
        await streams.Invoking(it => it.RunAsync(new IsoSource { Name = "seed", OpenMedium = seed.Build }))
            .Should()
            .ThrowAsync<FileNotFoundException>()
            .WithMessage("*no kernel*");
    }
}
