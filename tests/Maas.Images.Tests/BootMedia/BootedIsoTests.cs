using System.Text;
using Maas.Images.Archives;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Iso;
using Maas.Images.Inspection;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.BootMedia;

/// <summary>Built ISOs, patched afterwards, booted by a BIOS and by UEFI: the kernel gets the command line of the patch.</summary>
[Collection(MirrorCollection.Name)]
public sealed class BootedIsoTests(MirrorFixture mirror) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hybrid_ISO_patched_in_place_boots_from_a_disk_by_BIOS_with_the_new_kernel_line_and_preseed()
    {
        var builder = await WithLinuxAsync();
        builder.AddFile("isolinux/isolinux.bin", Judge.RequireFile("/usr/lib/ISOLINUX/isolinux.bin", "isolinux"));
        builder.AddFile("isolinux/ldlinux.c32", Judge.RequireFile("/usr/lib/syslinux/modules/bios/ldlinux.c32", "syslinux-common"));
        builder.AddFile("isolinux/isolinux.cfg", Isolinux("before"));
        builder.AddBiosLoader("isolinux/isolinux.bin");
        builder.MakeHybrid(await File.ReadAllBytesAsync(Judge.RequireFile("/usr/lib/ISOLINUX/isohdpfx.bin", "isolinux"), Cancellation));
        await WriteAsync(builder.Build(), _folder["iso"]);

        var patch = new IsoPatch();
        patch.Write("isolinux/isolinux.cfg", Isolinux("after"));
        patch.Change("live/initrd.img", initrd => Initramfs.Append(initrd, cpio => cpio.WriteFile("preseed.cfg", "d-i of machine 7"u8)));
        await patch.ApplyAsync(_folder["iso"], Cancellation);
        var console =
            await VirtualMachine.RunAsync(
                ["-m", "256", "-nic", "none", "-drive", $"file={_folder["iso"]},format=raw,if=ide"], Cancellation);

        console.Should().MatchRegex("BOOTED .*maas.test=after").And.Contain("PRESEED d-i of machine 7");
    }

    [Fact]
    public async Task An_ISO_patched_as_it_is_served_boots_from_a_CD_by_UEFI_with_the_new_kernel_line()
    {
        var uefi = VirtualMachine.Uefi;
        var system = new FatBuilder { Label = "ESP" };
        system.AddFile("EFI/BOOT/BOOTX64.EFI", Judge.RequireFile("/usr/lib/grub/x86_64-efi/monolithic/gcdx64.efi", "grub-efi-amd64-bin"));
        var builder = await WithLinuxAsync();
        builder.AddFile(".disk/info", "A test\n"u8.ToArray()); // by which Debian's GRUB for CDs knows its own
        builder.AddFile("boot/grub/grub.cfg", Grub("before"));
        builder.AddEfiSystem(system);
        await WriteAsync(builder.Build(), _folder["original"]);
        var patch = new IsoPatch();
        patch.Write("boot/grub/grub.cfg", Grub("after"));
        await using (var original = File.OpenRead(_folder["original"])) await WriteAsync(patch.Open(original), _folder["served"]);

        var console =
            await VirtualMachine.RunAsync(
                ["-m", "384", "-vga", "none", "-nic", "none", .. uefi, "-cdrom", _folder["served"]], Cancellation);

        console.Should().MatchRegex("BOOTED .*maas.test=after");
    }

    [Fact]
    public async Task Kernel_and_initrd_are_taken_out_of_an_ISO()
    {
        var linux = await mirror.LinuxAsync(Cancellation);
        await WriteAsync((await WithLinuxAsync()).Build(), _folder["iso"]);

        using var iso = await DiskImage.OpenAsync(_folder["iso"], null, Cancellation);
        var medium = InstallMedia.Classify(iso.OpenTree())!;
        foreach (var path in (string[])[medium.Kernel, medium.Initrd])
            await iso.OpenTree().ExtractAsync(iso.OpenTree().Find(path)!, _folder["out"], null, Cancellation);

        (await File.ReadAllBytesAsync(_folder["out/vmlinuz"], Cancellation)).Should()
            .Equal(await File.ReadAllBytesAsync(linux.KernelPath, Cancellation));
        (await File.ReadAllBytesAsync(_folder["out/initrd.img"], Cancellation)).Should().Equal(linux.Initrd);
    }

    private static byte[] Isolinux(string word) =>
        Encoding.ASCII.GetBytes("DEFAULT live\nLABEL live\n  KERNEL /live/vmlinuz\n  INITRD /live/initrd.img\n" +
            $"  APPEND {VirtualMachine.KernelOptions} maas.test={word}\n");

    private static byte[] Grub(string word) =>
        Encoding.ASCII.GetBytes($"linux /live/vmlinuz {VirtualMachine.KernelOptions} maas.test={word}\ninitrd /live/initrd.img\nboot\n");

    private async Task<IsoBuilder> WithLinuxAsync()
    {
        var linux = await mirror.LinuxAsync(Cancellation);
        var builder = new IsoBuilder { Label = "LIVE" };
        builder.AddFile("live/vmlinuz", linux.KernelPath);
        builder.AddFile("live/initrd.img", linux.Initrd);
        return builder;
    }

    private static async Task WriteAsync(Stream iso, string file)
    {
        await using (iso)
        {
            await using var output = File.Create(file);
            await iso.CopyToAsync(output, Cancellation);
        }
    }
}
