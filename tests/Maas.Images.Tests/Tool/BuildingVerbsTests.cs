using Maas.Images.Tests.Disks;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Tool;

public sealed class BuildingVerbsTests(ToolBench bench) : IClassFixture<ToolBench>
{
    [Fact]
    public async Task A_directory_becomes_an_ext4()
    {
        await bench.DoAsync("build-ext4 $tree $made.ext4 --label data --length 16777216");

        await Tools.RunAsync("e2fsck", "-fn", bench["made.ext4"]);
        (await Tools.RunAsync("dumpe2fs", "-h", bench["made.ext4"])).Should().MatchRegex("volume name: +data");
        (await Tools.RunAsync("debugfs", "-R", "cat /etc/hostname", bench["made.ext4"])).Should().Be("before\n");
        new FileInfo(bench["made.ext4"]).Length.Should().Be(16 << 20);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("zstd")]
    public async Task A_directory_becomes_a_squashfs(string compression)
    {
        await bench.DoAsync($"build-squashfs $tree $made.{compression} --comp {compression} --all-root");

        (await Tools.RunAsync("unsquashfs", "-s", bench[$"made.{compression}"])).Should().Contain($"Compression {compression}");
        (await Tools.RunAsync("unsquashfs", "-lln", bench[$"made.{compression}"], "etc/hostname")).Should()
            .MatchRegex(@"-rw\S+ 0/0 +7 .*etc/hostname");
        (await Tools.RunAsync("unsquashfs", "-cat", bench[$"made.{compression}"], "etc/hostname")).Should().Be("before\n");
    }

    [Fact]
    public async Task A_directory_becomes_a_FAT()
    {
        await Tools.ShellAsync(bench.Path, "mkdir -p plain/sub && cp new plain/sub/a-file-with-a-long-name");

        await bench.DoAsync("build-fat $plain $made.fat --label CIDATA --bits 16 --size 16M");

        (await Tools.ShellAsync(bench.Path, "fsck.fat -vn made.fat && mtype -i made.fat ::/sub/a-file-with-a-long-name")).Should().Contain(
            "16 bit entries").And.EndWith(
            "after\n");
        (await Tools.RunAsync("blkid", "-o", "export", bench["made.fat"])).Should().Contain("LABEL=CIDATA");
    }

    [Fact]
    public async Task A_directory_becomes_an_ISO_that_firmware_starts()
    {
        await Tools.ShellAsync(
            bench.Path,
            "cp -r tree live && cp new live/bios.bin && truncate -s 4096 live/bios.bin && mkfs.fat -C live/efi.img 200 > /dev/null");

        await bench.DoAsync("build-iso $live $made.iso --label MADE --bios bios.bin --efi efi.img --hybrid");

        (await Tools.RunAsync("xorriso", "-indev", bench["made.iso"], "-report_el_torito", "plain")).Should().Contain(
            "/bios.bin").And.Contain(
            "/efi.img");
        (await Tools.RunAsync("isoinfo", "-R", "-x", "/etc/hostname", "-i", bench["made.iso"])).Should().Be("before\n");
        (await Tools.RunAsync("sgdisk", "-v", bench["made.iso"])).Should().Contain("No problems found");
    }

    [Theory]
    [InlineData("build-disk $tree $made.disk --systemd-boot $boot.efi")]
    [InlineData("build-disk $root.ext4 $made.disk --grub $boot.efi --append root=LABEL=root")]
    public async Task A_root_becomes_a_disk_that_boots(string line)
    {
        await bench.DoAsync(line);

        (await Tools.RunAsync("sgdisk", "-v", bench["made.disk"])).Should().Contain("No problems found");
        var said = await bench.DoAsync("info $made.disk");
        said.Should().Contain("EFI/BOOT/BOOTX64.EFI").And.Contain("ext4").And.Contain("boots         Uefi");
        Directory.GetFiles(bench.Path)
            .Where(file => file.Contains("made.disk", StringComparison.Ordinal))
            .Should()
            .Equal([bench["made.disk"]], "what it was made of is gone");
    }

    [Fact]
    public async Task A_stick_and_a_CD_start_iPXE()
    {
        await bench.WriteAsync("script.ipxe", "#!ipxe\nshell\n");

        await bench.DoAsync("build-disk - $stick --ipxe $boot.efi --script $script.ipxe");
        await bench.DoAsync("build-iso - $ipxe.iso --ipxe $boot.efi --script $script.ipxe");

        (await bench.DoAsync("cat $stick:1 autoexec.ipxe")).Should().Be("#!ipxe\nshell\n");
        (await bench.DoAsync("info $ipxe.iso")).Should().Contain("boots Efi from byte");
        await bench.DoAsync("extract $ipxe.iso boot/efi.img $ipxe");
        (await Tools.RunAsync("mtype", "-i", bench["ipxe/efi.img"], "::/autoexec.ipxe")).Should().Be("#!ipxe\nshell\n");
    }

    [Fact]
    public async Task A_disk_is_converted_there_and_back()
    {
        await bench.DoAsync("convert $disk $packed.qcow2 --compress zstandard");
        await bench.DoAsync("convert $packed.qcow2 $fixed.vhd");
        await bench.DoAsync("convert $fixed.vhd $back");
        await bench.DoAsync("convert $disk:2 $part");

        await Tools.RunAsync("qemu-img", "check", bench["packed.qcow2"]);
        (await Tools.RunAsync("qemu-img", "info", "-f", "vpc", bench["fixed.vhd"])).Should().Contain("file format: vpc");
        (await SampleDisk.DigestAsync(bench["back"])).Should().Be(await SampleDisk.DigestAsync(bench["disk"]));
        await Tools.RunAsync("e2fsck", "-fn", bench["part"]);
    }

    [Theory]
    [InlineData("", "TYPE=iso9660", "LABEL=cidata")]
    [InlineData(" --fat", "TYPE=vfat", "LABEL=CIDATA")]
    public async Task A_seed_is_made_for_cloud_init(string option, string type, string label)
    {
        await bench.WriteAsync("user", "#cloud-config\nssh_pwauth: true\n");

        await bench.DoAsync($"seed $seed --instance-id i-1 --hostname node-7 --user-data $user{option}");

        (await Tools.RunAsync("blkid", "-o", "export", bench["seed"])).Split('\n').Should().Contain([type, label]);
        (await bench.DoAsync("cat $seed user-data")).Should().Contain("ssh_pwauth: true");
        (await bench.DoAsync("cat $seed meta-data")).Should().Contain("i-1").And.Contain("node-7");
    }
}
