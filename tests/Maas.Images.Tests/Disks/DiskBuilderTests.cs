using Maas.Images.BootMedia;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Partitions;
using Maas.Images.Tests.Inspection;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Disks;

public sealed class DiskBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PartitionScheme.Gpt)]
    [InlineData(PartitionScheme.Mbr)]
    public async Task A_disk_of_an_ESP_and_a_root_is_accepted_by_every_judge(PartitionScheme scheme)
    {
        await MakeRootAsync();
        await using var root = File.OpenRead(_folder["root.ext4"]);
        using var files = await DiskImage.OpenAsync(_folder["root.ext4"], null, Cancel);
        await File.WriteAllBytesAsync(_folder["boot.efi"], SampleImages.EfiProgram(0x8664), Cancel);
        var disk = new DiskBuilder { Scheme = scheme };
        disk.Add(
            new() { Type = PartitionTypes.EfiSystem, Name = scheme == PartitionScheme.Gpt ? "ESP" : "" },
            EfiSystem.SystemdBoot(_folder["boot.efi"], LinuxBoot.FindIn(files.OpenTree(), "root=LABEL=root quiet")));
        disk.Add(new() { Type = PartitionTypes.LinuxData }, root);

        await using (var image = disk.Build())
        await using (var file = File.Create(_folder["disk"])) await image.CopyToAsync(file, Cancel);

        await Tools.ShellAsync(_folder.Path, "sfdisk --verify disk");
        if (scheme == PartitionScheme.Gpt) (await Tools.RunAsync("sgdisk", "-v", _folder["disk"])).Should().Contain("No problems found");
        using var made = await DiskImage.OpenAsync(_folder["disk"], null, Cancel);
        made.Volumes.Select(volume => volume.Content).Should().Equal("", "fat12", "ext4");
        await CopyAsync(made.Volumes[1], "esp");
        await Tools.RunAsync("fsck.fat", "-n", _folder["esp"]);
        (await Tools.ShellAsync(
            _folder.Path, "mtype -i esp ::/loader/entries/linux.conf && mdir -b -i esp ::/EFI/BOOT && minfo -i esp ::")).Should()
            .Contain("linux /vmlinuz").And.Contain("initrd /initrd.img").And.Contain("options root=LABEL=root quiet").And.Contain(
                "BOOTX64.EFI").And.Contain(
                "hidden sectors: 2048");
        await CopyAsync(made.Volumes[2], "root");
        await Tools.RunAsync("e2fsck", "-fn", _folder["root"]);
        (await Tools.ShellAsync(_folder.Path, "mtype -i esp ::/vmlinuz")).Should().Be("kernel 10\n", "6.10 is newer than 6.9");
    }

    [Theory]
    [InlineData(0xAA64, "BOOTAA64.EFI")]
    [InlineData(0x014C, "BOOTIA32.EFI")]
    public async Task A_program_gets_the_name_its_machine_looks_for(int machine, string name)
    {
        await File.WriteAllBytesAsync(_folder["boot.efi"], SampleImages.EfiProgram((ushort)machine), Cancel);

        await using var stick = EfiSystem.Ipxe(_folder["boot.efi"], "#!ipxe\nshell\n"u8.ToArray()).Build();
        using var image = await DiskImage.OpenAsync(stick, null, Cancel);

        image.OpenTree().Find($"EFI/BOOT/{name}").Should().NotBeNull();
        image.OpenTree().Find("autoexec.ipxe").Should().NotBeNull();
    }

    [Fact]
    public async Task What_is_no_EFI_program_is_refused()
    {
        await File.WriteAllBytesAsync(_folder["boot.efi"], new byte[100], Cancel);

        FluentActions.Invoking(() => EfiSystem.Ipxe(_folder["boot.efi"])).Should().Throw<InvalidImageException>().Which.Structure.Should()
            .Be("EFI program");
    }

    [Fact]
    public async Task A_content_larger_than_its_partition_is_refused()
    {
        await File.WriteAllBytesAsync(_folder["content"], new byte[2 << 20], Cancel);
        await using var content = File.OpenRead(_folder["content"]);
        var disk = new DiskBuilder();
        disk.Add(new NewPartition { Length = 1 << 20 }, content);

        disk.Invoking(builder => builder.Build()).Should().Throw<ArgumentException>().WithMessage("*content*");
    }

    [Fact]
    public async Task A_disk_grows_in_an_edit_and_is_the_old_one_until_the_commit()
    {
        await MakeRootAsync();
        await using var root = File.OpenRead(_folder["root.ext4"]);
        var disk = new DiskBuilder();
        disk.Add(new() { Type = PartitionTypes.EfiSystem }, new FatBuilder());
        disk.Add(new(), root);
        await using (var image = disk.Build())
        await using (var file = File.Create(_folder["disk"])) await image.CopyToAsync(file, Cancel);
        var before = await SampleDisk.DigestAsync(_folder["disk"]);

        await using (var edit = await DiskImage.EditAsync(_folder["disk"], null, Cancel)) edit.Grow(1L << 30);
        (await SampleDisk.DigestAsync(_folder["disk"])).Should().Be(before);
        await using (var edit = await DiskImage.EditAsync(_folder["disk"], null, Cancel))
        {
            edit.Grow(1L << 30)!.Partitions[1].Length.Should().Be((1L << 30) - (3 << 20));
            edit.Volumes[2].OpenTree().Find("boot").Should().NotBeNull();
            await edit.CommitAsync(Cancel);
        }

        new FileInfo(_folder["disk"]).Length.Should().Be(1L << 30);
        (await Tools.RunAsync("sgdisk", "-v", _folder["disk"])).Should().Contain("No problems found");
    }

    private async Task MakeRootAsync()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir -p tree/boot && for v in 6.9 6.10; do echo kernel ${v#6.} > tree/boot/vmlinuz-$v; echo initrd $v > " +
            "tree/boot/initrd.img-$v; done && mke2fs -q -F -t ext4 -L root -d tree root.ext4 8M");
    }

    private async Task CopyAsync(Volume volume, string name)
    {
        await using var content = volume.OpenRead();
        await using var file = File.Create(_folder[name]);
        await content.CopyToAsync(file, Cancel);
    }
}
