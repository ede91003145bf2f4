using System.Globalization;
using Maas.Images.Disks;
using Maas.Images.Edits;
using Maas.Images.Ext;
using Maas.Images.FileTrees;
using Maas.Images.Partitions;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.Disks;

/// <summary>A disk that was made of a directory, edited and grown, booted by UEFI.</summary>
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
        await MakeAsync(boot => EfiSystem.Grub(grub, boot));
        await using (var edit = await DiskImage.EditAsync(_folder["disk"], null, Cancellation))
        {
            edit.Grow(192 << 20);
            edit.GrowFileSystem(2);
            var tree = edit.OpenTree(2);
            await tree.WriteFileAsync("etc/motd", "after"u8.ToArray(), null, Cancellation);
            await tree.SetSshOptionAsync("PasswordAuthentication", "yes", Cancellation);
            await edit.CommitAsync(Cancellation);
        }

        var console = await VirtualMachine.RunAsync(["-m", "384", "-vga", "none", "-nic", "none", .. uefi, "-drive", $"file={_folder["disk"]},format=raw,if=virtio"], Cancellation);

        console.Should().Contain("BOOTED ").And.Contain("ROOT /dev/vda2 / ext4 ");
        console.Should().MatchRegex(@"FOUND after \d+ \[PasswordAuthentication yes\]");
        var blocks = long.Parse(console.Split("FOUND after ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        (blocks * 4096).Should().BeGreaterThan(150 << 20, "the file system grew with the disk");
    }

    private async Task MakeAsync(Func<LinuxBoot, Maas.Images.Fat.FatBuilder> system)
    {
        var linux = await mirror.LinuxAsync(Cancellation);
        await linux.WriteRootAsync(_folder["root"], "echo \"FOUND $(cat /etc/motd) $(stat -f -c %b /) [$(grep -v '#' /etc/ssh/sshd_config)]\"\n");
        await File.WriteAllTextAsync(_folder["root/etc/motd"], "before", Cancellation);
        Directory.CreateDirectory(_folder["root/etc/ssh"]);
        await File.WriteAllTextAsync(_folder["root/etc/ssh/sshd_config"], "#PasswordAuthentication no\n", Cancellation);
        Directory.CreateDirectory(_folder["root/boot"]);
        File.Copy(linux.KernelPath, _folder["root/boot/vmlinuz"]);
        await File.WriteAllBytesAsync(_folder["root/boot/initrd.img"], linux.Initrd, Cancellation);
        await new Ext4Builder { Label = "root" }.BuildAsync(new FolderTree(_folder["root"]), _folder["root.ext4"], null, Cancellation);

        using var root = await DiskImage.OpenAsync(_folder["root.ext4"], null, Cancellation);
        var disk = new DiskBuilder();
        disk.Add(new() { Type = PartitionTypes.EfiSystem, Name = "ESP" }, system(LinuxBoot.FindIn(root.OpenTree(), "console=ttyS0 quiet root=/dev/vda2")));
        disk.Add(new() { Type = PartitionTypes.LinuxRootX64, Name = "root" }, root.OpenRead());
        await using var image = disk.Build();
        await using var file = File.Create(_folder["disk"]);
        await image.CopyToAsync(file, Cancellation);
    }
}
