using System.Text;
using Maas.Images.ByteSources;
using Maas.Images.Disks;
using Maas.Images.Formats.Fat;
using Maas.Images.Primitives;

namespace Maas.Images.BootMedia;

/// <summary>
/// What goes on an EFI system partition: a boot program where every UEFI looks on removable media (UEFI 2.10, section 3.5.1.1:
/// <c>EFI/BOOT/BOOTX64.EFI</c> and its like), and what the program reads. The volumes are FATs for a <see cref="DiskBuilder"/>, or a stick
/// by themselves.
/// </summary>
public static class EfiSystem
{
    private const string Label = "ESP";
    private const string Kernel = "vmlinuz";
    private const string Initrd = "initrd.img";

    /// <summary>A stick that starts iPXE.</summary>
    /// <param name="program"><c>ipxe.efi</c>: of Debian's package ipxe, or one's own.</param>
    /// <param name="script">
    /// <c>autoexec.ipxe</c>, which iPXE of 2021 and later runs instead of its own; older ones (Debian 12's) and empty: iPXE does what it
    /// was built to.
    /// </param>
    /// <exception cref="InvalidImageException">The program is no EFI program of a machine known here.</exception>
    public static FatBuilder Ipxe(string program, ReadOnlyMemory<byte> script = default)
    {
        var volume = With(program);
        if (!script.IsEmpty)
        {
            volume.AddFile("autoexec.ipxe", script);
            volume.AddFile("EFI/BOOT/autoexec.ipxe", script); // some look beside the program
        }

        return volume;
    }

    /// <summary>A Linux that GRUB starts.</summary>
    /// <param name="program">
    /// GRUB in one file with its modules, <c>/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi</c> of Debian's grub-efi-amd64-bin or the
    /// signed one of grub-efi-amd64-signed: they read <c>EFI/debian/grub.cfg</c>.
    /// </param>
    /// <param name="boot">What to start.</param>
    /// <exception cref="InvalidImageException">The program is no EFI program of a machine known here.</exception>
    public static FatBuilder Grub(string program, LinuxBoot boot)
    {
        ArgumentNullException.ThrowIfNull(boot);
        var volume = With(program);
        AddFiles(volume, boot);
        var words = boot.CommandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Quoted);
        volume.AddFile(
            "EFI/debian/grub.cfg", Encoding.UTF8.GetBytes($"linux /{Kernel} {string.Join(' ', words)}\n{InitrdLine(boot)}boot\n"));
        return volume;
    }

    /// <summary>A Linux that systemd-boot starts (Boot Loader Specification, type 1).</summary>
    /// <param name="program"><c>systemd-bootx64.efi</c> of Debian's systemd-boot-efi.</param>
    /// <param name="boot">What to start.</param>
    /// <exception cref="InvalidImageException">The program is no EFI program of a machine known here.</exception>
    public static FatBuilder SystemdBoot(string program, LinuxBoot boot)
    {
        ArgumentNullException.ThrowIfNull(boot);
        var volume = With(program);
        AddFiles(volume, boot);
        volume.AddFile("loader/loader.conf", "default linux.conf\ntimeout 0\n"u8.ToArray());
        volume.AddFile(
            "loader/entries/linux.conf",
            Encoding.UTF8.GetBytes(
                $"title {OneLine(boot.Title)}\nlinux /{Kernel}\n{InitrdLine(boot)}options {OneLine(boot.CommandLine)}\n"));
        return volume;
    }

    private static string InitrdLine(LinuxBoot boot) => boot.Initrd is null ? "" : $"initrd /{Initrd}\n";

    private static FatBuilder With(string program)
    {
        var volume = new FatBuilder { Label = Label };
        volume.AddFile($"EFI/BOOT/{DefaultName(program)}", program);
        return volume;
    }

    private static void AddFiles(FatBuilder volume, LinuxBoot boot)
    {
        OneLine(boot.CommandLine);
        volume.AddFile(Kernel, boot.Kernel.Length, () => boot.Tree.OpenRead(boot.Kernel));
        if (boot.Initrd is { } initrd) volume.AddFile(Initrd, initrd.Length, () => boot.Tree.OpenRead(initrd));
    }

    /// <summary>By the machine in the program's PE header ("MZ", its offset at 60; "PE\0\0", machine).</summary>
    private static string DefaultName(string program)
    {
        const string structure = "EFI program";
        using var file = File.OpenHandle(program);
        var bytes = new FileBytes(file, null);
        ReadOnlySpan<byte> head = bytes.Read(0, 64, structure);
        if (!head.StartsWith("MZ"u8)) throw new InvalidImageException(structure, $"{program} has no MZ signature", 0);
        ReadOnlySpan<byte> header = bytes.Read(head.U32(60), 6, structure);
        return !header.StartsWith("PE\0\0"u8)
            ? throw new InvalidImageException(structure, $"{program} has no PE signature", head.U32(60))
            : header.U16(4) switch
        {
            0x8664 => "BOOTX64.EFI",
            0xAA64 => "BOOTAA64.EFI",
            0x014C => "BOOTIA32.EFI",
            0x5064 => "BOOTRISCV64.EFI",
            var machine =>
                throw new InvalidImageException(structure, $"it is for machine {machine:x4}, which is not known here", head.U32(60) + 4),
        };
    }

    private static string OneLine(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\u001f')
            ? throw new ArgumentException("The text holds a control character.", nameof(text))
            : text;

    /// <summary>A word as GRUB's script reads it back.</summary>
    private static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
