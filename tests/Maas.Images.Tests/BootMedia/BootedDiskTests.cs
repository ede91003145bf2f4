using System.Globalization;
using Maas.Images.Archives;
using Maas.Images.BootMedia;
using Maas.Images.Disks;
using Maas.Images.Edits;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Partitions;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.BootMedia;

/// <summary>Disks that were made of a directory, one edited and grown after that, booted by UEFI.</summary>
[Collection(MirrorCollection.Name)]
public sealed class BootedDiskTests(MirrorFixture mirror) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_disk_made_of_a_directory_boots_by_UEFI_and_GRUB_and_its_system_sees_what_was_edited()
    {
        var grub = Judge.RequireFile("/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi", "grub-efi-amd64-bin");
        var uefi = VirtualMachine.Uefi;
        var linux = await mirror.LinuxAsync(Cancellation);
        await MakeAsync(linux, linux.Initrd, boot => EfiSystem.Grub(grub, boot));
        await using (var edit = await DiskImage.EditAsync(_folder["disk"], null, Cancellation))
        {
            edit.Grow(192 << 20);
            edit.GrowFileSystem(2);
            var tree = edit.OpenTree(2);
            await tree.WriteFileAsync("etc/motd", "after"u8.ToArray(), null, Cancellation);
            await tree.SetSshOptionAsync("PasswordAuthentication", "yes", Cancellation);
            await edit.CommitAsync(Cancellation);
        }

        var console = await BootAsync(uefi);

        console.Should().Contain("BOOTED ").And.Contain("ROOT /dev/vda2 / ext4 ");
        console.Should().MatchRegex(@"FOUND after \d+ \[PasswordAuthentication yes\]");
        var blocks = long.Parse(console.Split("FOUND after ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        (blocks * 4096).Should().BeGreaterThan(150 << 20, "the file system grew with the disk");
    }

    [Fact]
    public async Task A_disk_made_of_a_directory_boots_by_UEFI_and_systemd_boot_with_an_initrd_of_several_archives()
    {
        var loader = Judge.RequireFile("/usr/lib/systemd/boot/efi/systemd-bootx64.efi", "systemd-boot-efi");
        var uefi = VirtualMachine.Uefi;
        var linux = await mirror.LinuxAsync(Cancellation);
        await MakeAsync(linux, InSeveralArchives(linux.Initrd), boot => EfiSystem.SystemdBoot(loader, boot));

        var console = await BootAsync(uefi);

        console.Should().Contain("BOOTED ").And.Contain("ROOT /dev/vda2 / ext4 ").And.Contain("FOUND before");
        using var initrd = await DiskImage.OpenAsync(_folder["root/boot/initrd.img"], null, Cancellation);
        using var preseed = new StreamReader(initrd.OpenTree().OpenRead("preseed.cfg"));
        console.Should().Contain("PRESEED of the third").And.Contain(
            $"PRESEED {await preseed.ReadToEndAsync(Cancellation)}", "Linux reads what is read here");
    }

    /// <summary>An initrd packed with gzip, an archive packed with Zstandard behind it, and one that is not packed.</summary>
    private static byte[] InSeveralArchives(byte[] initrd)
    {
        using var first = new MemoryStream();
        using (var gzip = Compression.OpenWrite(first, CompressionFormat.Gzip)) gzip.Write(initrd);
        using var second = Initramfs.Append(first, cpio => cpio.WriteFile("preseed.cfg", "of the second"u8), CompressionFormat.Zstandard);
        using var third = Initramfs.Append(second, cpio => cpio.WriteFile("preseed.cfg", "of the third"u8));
        using var whole = new MemoryStream();
        third.CopyTo(whole);
        return whole.ToArray();
    }

    private Task<string> BootAsync(string[] firmware) =>
        VirtualMachine.RunAsync(
            ["-m", "384", "-vga", "none", "-nic", "none", .. firmware, "-drive", $"file={_folder["disk"]},format=raw,if=virtio"],
            Cancellation);

    private async Task MakeAsync(TinyLinux linux, byte[] initrd, Func<LinuxBoot, Maas.Images.Formats.Fat.FatBuilder> system)
    {
        await linux.WriteRootAsync(
            _folder["root"], "echo \"FOUND $(cat /etc/motd) $(stat -f -c %b /) [$(grep -v '#' /etc/ssh/sshd_config)]\"\n");
        await File.WriteAllTextAsync(_folder["root/etc/motd"], "before", Cancellation);
        Directory.CreateDirectory(_folder["root/etc/ssh"]);
        await File.WriteAllTextAsync(_folder["root/etc/ssh/sshd_config"], "#PasswordAuthentication no\n", Cancellation);
        Directory.CreateDirectory(_folder["root/boot"]);
        File.Copy(linux.KernelPath, _folder["root/boot/vmlinuz"]);
        await File.WriteAllBytesAsync(_folder["root/boot/initrd.img"], initrd, Cancellation);
        await new Ext4Builder { Label = "root" }.BuildAsync(new FolderTree(_folder["root"]), _folder["root.ext4"], null, Cancellation);

        using var root = await DiskImage.OpenAsync(_folder["root.ext4"], null, Cancellation);
        var disk = new DiskBuilder();
        disk.Add(
            new() { Type = PartitionTypes.EfiSystem, Name = "ESP" },
            system(LinuxBoot.FindIn(root.OpenTree(), $"{VirtualMachine.KernelOptions} root=/dev/vda2")));
        disk.Add(new() { Type = PartitionTypes.LinuxRootX64, Name = "root" }, root.OpenRead());
        await using var image = disk.Build();
        await using var file = File.Create(_folder["disk"]);
        await image.CopyToAsync(file, Cancellation);
    }
}
