using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>Finds what a medium boots by content alone: a kernel's header, an initial RAM disk beside it, the largest squashfs.</summary>
internal static class InstallMediaSearch
{
    private const int MostEntries = 50_000;
    private const int MostExamined = 2_000;
    private const int HeadSize = 0x240;

    private static ReadOnlySpan<byte> SquashFs => "hsqs"u8;

    public static InstallMedia? Find(IFileTree tree)
    {
        List<(FileEntry File, LinuxKernel Kernel)> kernels = [];
        FileEntry? root = null;
        var examined = 0;
        foreach (var file in tree.Walk().Take(MostEntries).Where(entry => entry.Kind == FileKind.File && entry.Length >= HeadSize))
        {
            if (++examined > MostExamined) break;
            using var content = tree.OpenRead(file);
            var head = TreeText.Head(content, HeadSize);
            if (LinuxKernel.Identify(head) is { } kernel) kernels.Add((file, kernel));
            else if (head.AsSpan().StartsWith(SquashFs) && file.Length > (root?.Length ?? 0)) root = file;
        }

        foreach (var (file, _) in kernels)
        {
            if (InitrdBeside(tree, file) is { } initrd && RootFileSystem.Identify(tree, file) is { } kernel)
                return Make(tree, file, kernel, initrd, root);
        }

        return null;
    }

    private static InstallMedia Make(IFileTree tree, FileEntry file, LinuxKernel kernel, string initrd, FileEntry? root) => new()
    {
        Family = InstallMediaFamily.Other,
        Title = InstallMediaTitle.Of(tree),
        Architecture = kernel.Architecture,
        Kernel = file.Path,
        Initrd = initrd,
        Root = root?.Path,
    };

    /// <summary>
    /// What begins with "init"; else the largest file that has an image's or a packer's ending and an initial RAM disk's content
    /// (SystemRescue's is sysresccd.img), microcode aside.
    /// </summary>
    private static string? InitrdBeside(IFileTree tree, FileEntry kernel)
    {
        var folder = kernel.Path[..Math.Max(0, kernel.Path.LastIndexOf('/'))];
        var files = TreeText.List(tree, folder).Where(file => file.Kind == FileKind.File && file.Path != kernel.Path).ToList();
        return files.Where(file => file.Name.StartsWith("init", StringComparison.OrdinalIgnoreCase))
            .Concat(files.Where(HasItsEnding).OrderByDescending(file => file.Length))
            .FirstOrDefault(file => InstallMediaLayout.IsInitrd(tree, file.Path))?.Path;

        static bool HasItsEnding(FileEntry file) =>
            Path.GetExtension(file.Name).ToUpperInvariant() is ".IMG" or ".GZ" or ".XZ" or ".LZ" or ".ZST" or ".CPIO"
                && !file.Name.Contains("ucode", StringComparison.OrdinalIgnoreCase)
                && !file.Name.Contains("microcode", StringComparison.OrdinalIgnoreCase);
    }
}
