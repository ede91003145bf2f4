using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>Reads the release, architecture and kernels of a root file system.</summary>
internal static class RootFileSystem
{
    private const int MostKernels = 64;
    private const long MostStatus = 16L << 20;
    private static readonly string[] Releases = ["etc/os-release", "usr/lib/os-release"];
    private static readonly string[] Programs = ["bin/sh", "usr/bin/sh", "sbin/init", "usr/lib/systemd/systemd", "bin/busybox"];
    private static readonly string[] KernelNames = ["vmlinuz", "vmlinux", "bzImage", "Image", "kernel", "linux"];

    public static OsRelease? Release(IFileTree tree) =>
        Releases.Select(path => TreeText.Read(tree, path)).FirstOrDefault(text => text is not null) is { } text
            ? OsRelease.Parse(text)
            : null;

    /// <summary>The architecture of the shell, or the one that dpkg itself has.</summary>
    public static string? Architecture(IFileTree tree) =>
        Programs.Select(path => OfProgram(tree, path)).FirstOrDefault(name => name is not null) ?? OfDpkg(tree);

    /// <summary>The kernels of <c>/boot</c> and of the module folders; where the tree is a <c>/boot</c> itself, of its root.</summary>
    public static IReadOnlyList<KernelFile> Kernels(IFileTree tree)
    {
        var folders = TreeText.List(tree, "usr/lib/modules")
            .Concat(TreeText.List(tree, "lib/modules"))
            .Select(folder => folder.Path)
            .Prepend("")
            .Prepend("boot");
        var found = from folder in folders
                    from file in TreeText.List(tree, folder)
                    where file.Kind == FileKind.File && KernelNames.Any(name => file.Name.StartsWith(name, StringComparison.Ordinal))
                    let kernel = Identify(tree, file)
                    where kernel is not null
                    select new KernelFile(file.Path, kernel);
        return [.. found.DistinctBy(kernel => kernel.Path, StringComparer.Ordinal).Take(MostKernels)];
    }

    public static LinuxKernel? Identify(IFileTree tree, FileEntry file)
    {
        using var content = tree.OpenRead(file);
        return LinuxKernel.Identify(content);
    }

    private static string? OfProgram(IFileTree tree, string path)
    {
        if (tree.Resolve(path) is not { Kind: FileKind.File } file) return null;
        using var content = tree.OpenRead(file);
        return MachineArchitecture.OfElf(TreeText.Head(content, MachineArchitecture.HeaderSize));
    }

    private static string? OfDpkg(IFileTree tree)
    {
        var within = false;
        foreach (var line in TreeText.Lines(tree, "var/lib/dpkg/status", MostStatus))
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal)) within = line == "Package: dpkg";
            else if (within && line.StartsWith("Architecture: ", StringComparison.Ordinal)) return line["Architecture: ".Length..];
        }

        return null;
    }
}
