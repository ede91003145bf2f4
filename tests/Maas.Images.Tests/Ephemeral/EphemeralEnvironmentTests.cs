using System.Security.Cryptography;
using Maas.Images.Archives;
using Maas.Images.Debian;
using Maas.Images.Ephemeral;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

[Collection(MirrorCollection.Name)]
public sealed class EphemeralEnvironmentTests(MirrorFixture mirror) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_same_packages_give_the_same_bytes_and_a_rebuild_does_nothing()
    {
        var first = await mirror.EnvironmentAsync(Cancellation);
        var second = await EphemeralEnvironment.BuildAsync(mirror.Archive, _folder["again"], cancellationToken: Cancellation);
        (await HashAsync(second.InitrdPath)).Should().Be(await HashAsync(first.InitrdPath));
        (await HashAsync(second.KernelPath)).Should().Be(await HashAsync(first.KernelPath));
        second.Manifest.Should().BeEquivalentTo(first.Manifest);

        var written = File.GetLastWriteTimeUtc(second.InitrdPath);
        List<string> steps = [];
        var third = await EphemeralEnvironment.BuildAsync(mirror.Archive, _folder["again"], null, new Steps(steps), Cancellation);
        File.GetLastWriteTimeUtc(third.InitrdPath).Should().Be(written);
        steps.Should().Equal("check");
        Directory.GetFileSystemEntries(_folder["again"])
            .Should()
            .HaveCount(2, "a build leaves its folder and the manifest, and no work of its own");
    }

    [Fact]
    public async Task It_holds_drivers_with_what_they_need_programs_with_their_libraries_and_nothing_of_this_host()
    {
        var environment = await mirror.EnvironmentAsync(Cancellation);
        Dictionary<string, byte[]> files = [];
        using (var initrd = Compression.OpenRead(File.OpenRead(environment.InitrdPath)))
        {
            var cpio = new CpioReader(initrd);
            while (cpio.Next() is { } entry) files[entry.Path] = entry.Kind == ArchiveEntryKind.File ? entry.ReadAll() : [];
        }

        var modules = $"lib/modules/{environment.Manifest.KernelRelease}/";
        files.Keys.Should()
            .Contain([
                "init",
                "bin/busybox",
                "bin/zstd",
                "bin/sfdisk",
                "bin/resize2fs",
                "lib/libc.so.6",
                "lib64/ld-linux-x86-64.so.2",
                "dev/console"
            ]);
        var known = System.Text.Encoding.ASCII.GetString(files[modules + "modules.dep"])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(line => line.Split(':')[0], line => line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        known.Keys.Select(Path.GetFileNameWithoutExtension).Should().Contain(
        [
            "virtio_net", "e1000e", "igb", "ixgbe", "i40e", "ice", "bnxt_en", "tg3", "mlx5_core", "8139cp", "8139too", "r8169",
            "hv_netvsc", "vmxnet3",
            "sd_mod", "sr_mod", "ahci", "megaraid_sas", "mpt3sas", "mptsas", "mptspi", "aacraid", "hpsa", "smartpqi", "vmw_pvscsi",
            "virtio_scsi", "virtio_blk", "nvme", "vmd",
            "xhci-pci", "ehci-pci", "uhci-hcd", "usb-storage", "uas", "sdhci-pci", "mmc_block", "xfs", "btrfs", "ext4", "ipmi_si",
            "crc32c_generic",
        ]);
        foreach (var (module, needed) in known) files.Keys.Should().Contain(
            needed.Append(module).Select(path => modules + path), $"{module} is there with what it needs");
        foreach (var (path, content) in files.Where(file => file.Value.Length > 0
            && ElfFile.IsElf(file.Value)
            && file.Key.StartsWith("bin/", StringComparison.Ordinal) || file.Key.StartsWith("lib/lib", StringComparison.Ordinal)))
            foreach (var library in new ElfFile(content).ReadDynamic().Needed)
                files.Keys.Should().Contain(key => key.EndsWith("/" + library, StringComparison.Ordinal), $"{path} needs it");
        new FileInfo(environment.InitrdPath).Length.Should().BeLessThan(40 << 20);
        environment.Manifest.Packages.Select(package => package.Name)
            .Should()
            .Contain(["busybox-static", "libc6", "linux-image-amd64", "zstd"]);
    }

    [Fact]
    public async Task A_directory_of_packages_serves_as_well_and_a_corrupt_one_leaves_the_environment_that_was_there()
    {
        var environment = await mirror.EnvironmentAsync(Cancellation);
        Directory.CreateDirectory(_folder["packages"]);
        foreach (var used in environment.Manifest.Packages)
            File.Copy(Path.Combine(MirrorFixture.CacheDirectory, "debian", "packages", used.Sha256 + ".deb") is var cached
                && File.Exists(cached)
                ? cached
                : await FetchAsync(used.Name), _folder[$"packages/{used.Name}.deb"]);

        var local =
            await EphemeralEnvironment.BuildAsync(
                new PackageDirectory(_folder["packages"]), _folder["local"], cancellationToken: Cancellation);
        (await HashAsync(local.InitrdPath)).Should().Be(environment.Manifest.InitrdSha256);

        var zstd = await File.ReadAllBytesAsync(_folder["packages/zstd.deb"], Cancellation);
        await File.WriteAllBytesAsync(_folder["packages/zstd.deb"], zstd[..^2000], Cancellation);
        var build =
            () => EphemeralEnvironment.BuildAsync(
                new PackageDirectory(_folder["packages"]), _folder["local"], cancellationToken: Cancellation);
        await build.Should().ThrowAsync<InvalidImageException>();
        EphemeralEnvironment.Open(_folder["local"])!.Manifest.Should().BeEquivalentTo(local.Manifest);
        Directory.GetFileSystemEntries(_folder["local"]).Should().HaveCount(2, "the failed build cleaned up after itself");
    }

    [Fact]
    public async Task Boot_programs_come_out_of_their_packages_and_a_second_import_changes_nothing()
    {
        var paths = await BootPrograms.ImportAsync(mirror.Archive, _folder["boot"], cancellationToken: Cancellation);

        paths.Should().HaveCount(BootPrograms.Defaults.Count).And.OnlyContain(path => new FileInfo(path).Length > 1000);
        foreach (var module in paths.Where(path => path.EndsWith(".c32", StringComparison.Ordinal)))
        {
            var dynamic =
                (await Judge.RunAsync(Judge.Require("readelf", "binutils"), ["-dW", module], null, Cancellation)).Approved().Output;
            foreach (var needed in dynamic.Split('\n').Where(line => line.Contains("(NEEDED)", StringComparison.Ordinal)))
                BootPrograms.Defaults.Should().Contain(
                    program => needed.Contains($"[{program.Name}]", StringComparison.Ordinal),
                    $"{Path.GetFileName(module)} needs it: {needed}");
        }

        (await File.ReadAllBytesAsync(_folder["boot/snponly.efi"], Cancellation))[..2].Should().Equal("MZ"u8.ToArray());
        var written = paths.Select(File.GetLastWriteTimeUtc).ToList();
        await BootPrograms.ImportAsync(mirror.Archive, _folder["boot"], cancellationToken: Cancellation);
        paths.Select(File.GetLastWriteTimeUtc).Should().Equal(written);
    }

    [Fact]
    public async Task A_missing_package_is_named()
    {
        Directory.CreateDirectory(_folder["none"]);
        var build =
            () => EphemeralEnvironment.BuildAsync(new PackageDirectory(_folder["none"]), _folder["out"], cancellationToken: Cancellation);
        (await build.Should().ThrowAsync<PackageNotFoundException>()).Which.Package.Should().Be("linux-image-amd64");
        EphemeralEnvironment.Open(_folder["out"]).Should().BeNull();
    }

    private async Task<string> FetchAsync(string name)
    {
        var package = await mirror.Archive.FindAsync(name, Cancellation);
        await using var stream = await mirror.Archive.OpenAsync(package!, null, Cancellation);
        return ((FileStream)stream).Name;
    }

    private static async Task<string> HashAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Cancellation));
    }

    private sealed class Steps(List<string> steps) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => steps.Add(value.Step);
    }
}
