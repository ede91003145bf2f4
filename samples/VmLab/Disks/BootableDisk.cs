using System.Buffers.Binary;
using VmLab.Processes;

namespace VmLab.Disks;

/// <summary>
/// Puts a root file system on a disk that BIOS and UEFI machines boot: GPT with a BIOS boot partition, an EFI system
/// partition and ext4, and GRUB in both. No loop device and no mount: every tool writes at its offset in the file.
/// </summary>
internal static class BootableDisk
{
    private const int Sector = 512;
    private const int SectorsPerMebibyte = 2048;
    private const int BiosBootStart = 1 * SectorsPerMebibyte;
    private const int EfiStart = 2 * SectorsPerMebibyte;
    private const int RootStart = 10 * SectorsPerMebibyte;

    private const string GrubConfiguration =
        $"""
        set timeout=0
        serial --unit=0 --speed=115200
        terminal_output serial
        echo VmLab: GRUB from the disk
        linux /boot/vmlinuz root=LABEL={DebianRecipe.RootLabel} ro quiet no_timer_check console=ttyS0,115200
        initrd /boot/initrd.img
        boot

        """;

    private const string EmbeddedConfiguration =
        $"""
        search.fs_label {DebianRecipe.RootLabel} root
        set prefix=($root)/boot/grub
        configfile ($root)/boot/grub/grub.cfg

        """;

    private static readonly string[] GrubModules =
    [
        "part_gpt", "ext2", "search", "search_label", "configfile", "normal", "linux", "echo", "serial", "boot"
    ];

    /// <summary>What decides how the disk boots, as one text.</summary>
    public static string Fingerprint { get; } = $"{GrubConfiguration}{EmbeddedConfiguration}{string.Join(' ', GrubModules)}";

    public static async Task WriteAsync(string root, string disk, int mebibytes, string workFolder, CancellationToken cancellationToken)
    {
        await using (var file = File.Create(disk)) file.SetLength(mebibytes * 1024L * 1024L);
        // The last MiB is the backup table's.
        var rootSize = mebibytes - RootStart / SectorsPerMebibyte - 1;
        await HostCommand.RunAsync(
            "sgdisk",
            [
                $"-n1:{BiosBootStart}:{EfiStart - 1}", "-t1:ef02", $"-n2:{EfiStart}:{RootStart - 1}", "-t2:ef00",
                $"-n3:{RootStart}:{RootStart + rootSize * SectorsPerMebibyte - 1}", "-t3:8300", "-c3:root", disk,
            ],
            cancellationToken);

        Directory.CreateDirectory(Path.Combine(root, "boot/grub"));
        await File.WriteAllTextAsync(Path.Combine(root, "boot/grub/grub.cfg"), GrubConfiguration, cancellationToken);
        await HostCommand.RunAsync(
            "mke2fs",
            [
                // GRUB 2.06 knows no checksum seed.
                "-q", "-F", "-t", "ext4", "-L", DebianRecipe.RootLabel, "-O", "^metadata_csum_seed,^orphan_file", "-m", "1", "-J", "size=4",
                "-d", root, "-E", $"offset={RootStart * (long)Sector},lazy_itable_init=0,nodiscard", disk, $"{rootSize}M",
            ],
            cancellationToken);

        var embedded = Path.Combine(workFolder, "early.cfg");
        await File.WriteAllTextAsync(embedded, EmbeddedConfiguration, cancellationToken);
        await InstallForUefiAsync(disk, embedded, workFolder, cancellationToken);
        await InstallForBiosAsync(disk, embedded, workFolder, cancellationToken);
    }

    private static async Task InstallForUefiAsync(string disk, string embedded, string workFolder, CancellationToken cancellationToken)
    {
        var program = Path.Combine(workFolder, "bootx64.efi");
        await HostCommand.RunAsync(
            "grub-mkimage",
            ["-O", "x86_64-efi", "-p", "/boot/grub", "-c", embedded, "-o", program, .. GrubModules, "fat", "efi_gop"],
            cancellationToken);
        var partition = $"{disk}@@{EfiStart * (long)Sector}";
        await HostCommand.RunAsync(
            "mformat", ["-i", partition, "-T", $"{RootStart - EfiStart}", "-h", "16", "-s", "32", "-v", "ESP", "::"], cancellationToken);
        await HostCommand.RunAsync("mmd", ["-i", partition, "::/EFI", "::/EFI/BOOT"], cancellationToken);
        await HostCommand.RunAsync("mcopy", ["-i", partition, program, "::/EFI/BOOT/BOOTX64.EFI"], cancellationToken);
    }

    /// <summary>Does what grub-bios-setup does, which would want the file to be a device of this host.</summary>
    private static async Task InstallForBiosAsync(string disk, string embedded, string workFolder, CancellationToken cancellationToken)
    {
        var program = Path.Combine(workFolder, "core.img");
        await HostCommand.RunAsync(
            "grub-mkimage",
            ["-O", "i386-pc", "-p", "/boot/grub", "-c", embedded, "-o", program, "biosdisk", .. GrubModules],
            cancellationToken);
        var boot = await File.ReadAllBytesAsync("/usr/lib/grub/i386-pc/boot.img", cancellationToken);
        var core = await File.ReadAllBytesAsync(program, cancellationToken);

        await using var file = File.Open(disk, FileMode.Open, FileAccess.ReadWrite);
        var masterRecord = new byte[Sector];
        await file.ReadExactlyAsync(masterRecord, cancellationToken);

        // boot.img: where core.img starts (a 64-bit sector number at 0x5c), and no check of the boot drive (0x66);
        // from 440 on stand the disk's signature and the protective partition table, which stay.
        boot.AsSpan(0, 440).CopyTo(masterRecord);
        BinaryPrimitives.WriteUInt64LittleEndian(masterRecord.AsSpan(0x5c), BiosBootStart);
        masterRecord.AsSpan(0x66, 2).Fill(0x90);

        // core.img's first sector ends with a list of blocks to load: start, count, segment.
        var list = core.AsSpan(Sector - 12, 12);
        BinaryPrimitives.WriteUInt64LittleEndian(list, BiosBootStart + 1);
        BinaryPrimitives.WriteUInt16LittleEndian(list[8..], (ushort)((core.Length + Sector - 1) / Sector - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(list[10..], 0x820);

        file.Position = 0;
        await file.WriteAsync(masterRecord, cancellationToken);
        file.Position = BiosBootStart * (long)Sector;
        await file.WriteAsync(core, cancellationToken);
    }
}
