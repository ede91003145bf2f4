using Maas.Images.Debian;
using Maas.Images.FileTrees;

namespace Maas.Images.BootMedia;

/// <summary>A Linux to boot: its kernel and initrd in some tree, and the kernel's command line.</summary>
public sealed record LinuxBoot
{
    /// <summary>Where the files are: an image's tree, or a directory of this machine (<see cref="FolderTree"/>).</summary>
    public required IFileTree Tree { get; init; }

    /// <summary>The kernel.</summary>
    public required FileEntry Kernel { get; init; }

    /// <summary>The initrd; <see langword="null"/> for a kernel that needs none.</summary>
    public FileEntry? Initrd { get; init; }

    /// <summary>The kernel's command line: <c>root=LABEL=root ro console=ttyS0</c>.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>What a boot menu calls it.</summary>
    public string Title { get; init; } = "Linux";

    /// <summary>
    /// The kernel and initrd that a root tree boots with: <c>vmlinuz</c> and <c>initrd.img</c> in its root or in <c>boot</c>, else the
    /// newest of <c>boot/vmlinuz-*</c>, versions compared as Debian does, and what goes with it.
    /// </summary>
    /// <exception cref="FileNotFoundException">The tree has no kernel.</exception>
    public static LinuxBoot FindIn(IFileTree tree, string commandLine = "")
    {
        ArgumentNullException.ThrowIfNull(tree);
        foreach (var folder in (string[])["", "boot/"])
        {
            if (File(tree, $"{folder}vmlinuz") is { } kernel)
                return new LinuxBoot
                {
                    Tree = tree,
                    Kernel = kernel,
                    Initrd = File(tree, $"{folder}initrd.img") ?? File(tree, $"{folder}initrd"),
                    CommandLine = commandLine
                };
        }

        var newest = tree.Resolve("boot") is { Kind: FileKind.Directory } boot
            ? tree.List(boot)
                .Where(entry => entry.Kind == FileKind.File && IsVersioned(entry.Name))
                .MaxBy(entry => DebianVersion.Parse(entry.Name["vmlinuz-".Length..]))
            : null;
        if (newest is null) throw new FileNotFoundException("The tree has no kernel: no vmlinuz, boot/vmlinuz or boot/vmlinuz-*.");
        var version = newest.Name["vmlinuz-".Length..];
        return new LinuxBoot
        {
            Tree = tree,
            Kernel = newest,
            Initrd = File(tree, $"boot/initrd.img-{version}") ?? File(tree, $"boot/initramfs-{version}.img"),
            CommandLine = commandLine
        };
    }

    private static bool IsVersioned(string name) =>
        name.StartsWith("vmlinuz-", StringComparison.Ordinal) && name.Length > "vmlinuz-".Length && !name.Any(char.IsWhiteSpace);

    private static FileEntry? File(IFileTree tree, string path) => tree.Resolve(path) is { Kind: FileKind.File } file ? file : null;
}
