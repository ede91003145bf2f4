using System.CommandLine;
using Maas.Images;
using Maas.Images.BootMedia;
using Maas.Images.Disks;
using Maas.Images.FileTrees;
using Maas.Images.Formats;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Partitions;

namespace ImageTool.Verbs;

/// <summary>
/// <c>build-disk ROOT OUT (--grub EFI | --systemd-boot EFI) [--append LINE]</c>: a disk that boots the Linux of a root file system's image
/// or directory;
/// <c>build-disk - OUT --ipxe EFI</c>: a stick that starts iPXE.
/// </summary>
internal static class BuildDiskVerb
{
    private static readonly Guid RootId = Guid.CreateVersion7();

    private static readonly Argument<string> Root = new("root")
    {
        Description = "The root file system, with its kernel in /boot: an image, or a directory, which becomes ext4; - for none."
    };
    private static readonly Argument<string> Output = new("out") { Description = "The raw disk to write." };
    private static readonly Option<string?> Grub = new("--grub") { Description = "GRUB in one file: grubx64.efi." };
    private static readonly Option<string?> Systemd = new("--systemd-boot") { Description = "systemd-bootx64.efi." };
    private static readonly Option<string?> Ipxe = new("--ipxe") { Description = "ipxe.efi." };
    private static readonly Option<string?> Script = new("--script") { Description = "A script for iPXE (autoexec.ipxe)." };
    private static readonly Option<string?> Append = new("--append")
    {
        Description = "The kernel's command line; root=PARTUUID=… of the new partition and ro unless given."
    };
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-disk", "Makes a disk that boots by UEFI.")
        {
            Root, Output, Grub, Systemd, Ipxe, Script, Append, Force
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (name, output) = (arguments.GetRequiredValue(Root), arguments.GetRequiredValue(Output));
        if (!Directory.Exists(name)) return await BuildAsync(arguments, name, output, cancellationToken);
        // Not beside OUT, which may be a device or a pipe; the folder is this process' alone.
        var scratch = Directory.CreateTempSubdirectory("image-tool-").FullName;
        var made = Path.Combine(scratch, "root.ext4");
        try
        {
            await new Ext4Builder { Label = "root" }.BuildAsync(new FolderTree(name), made, null, cancellationToken);
            return await BuildAsync(arguments, made, output, cancellationToken);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<int> BuildAsync(ParseResult arguments, string name, string output, CancellationToken cancellationToken)
    {
        using var root = name == "-" ? null : await DiskImage.OpenAsync(name, null, cancellationToken);
        var disk = new DiskBuilder { DiskId = Guid.CreateVersion7() };
        disk.Add(new NewPartition { Type = PartitionTypes.EfiSystem, Name = "ESP" }, EspOf(arguments, root));
        if (root is not null)
            disk.Add(new NewPartition { Type = PartitionTypes.LinuxRootX64, Name = "root", Id = RootId }, root.OpenRead());
        await using var image = disk.Build();
        using var whole = await DiskImage.OpenAsync(image, null, cancellationToken);
        await whole.WriteAsync(
            output, DiskFormat.Raw, new DiskWriteOptions { AllowDevice = arguments.GetValue(Force) }, null, cancellationToken);
        return 0;
    }

    private static Maas.Images.Formats.Fat.FatBuilder EspOf(ParseResult arguments, DiskImage? root)
    {
        if (arguments.GetValue(Ipxe) is { } ipxe)
            return EfiSystem.Ipxe(ipxe, arguments.GetValue(Script) is { } script ? File.ReadAllBytes(script) : default);
        if (arguments.GetValue(Script) is not null) throw new NotSupportedException("--script goes with --ipxe.");
        if (root is null) throw new NotSupportedException("Without a root there is only iPXE to start: give --ipxe.");
        var boot = LinuxBoot.FindIn(root.OpenTree(0), arguments.GetValue(Append) ?? $"root=PARTUUID={RootId} ro");
        return arguments.GetValue(Grub) is { } grub ? EfiSystem.Grub(grub, boot)
            : arguments.GetValue(Systemd) is { } systemd ? EfiSystem.SystemdBoot(systemd, boot)
            : throw new NotSupportedException("Say which boot loader: --grub, --systemd-boot or --ipxe.");
    }
}
