using System.IO.Enumeration;
using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>Where a family of media keeps what it boots. The last name of a path may have <c>*</c> in it.</summary>
internal sealed record InstallMediaLayout(InstallMediaFamily Family, string[] Folders, string[] Kernels, string[] Initrds, string[] Roots)
{
    /// <summary>Asked in this order; a live Debian medium has the installer on it too.</summary>
    public static IReadOnlyList<InstallMediaLayout> Known { get; } =
    [
        new(InstallMediaFamily.Casper, [
            "casper"
        ], ["vmlinuz", "vmlinuz.efi", "vmlinuz*", "vmlinux*"], ["initrd", "initrd.lz", "initrd.gz", "initrd*"],
            ["casper/filesystem.squashfs", "casper/minimal.squashfs", "casper/ubuntu-server-minimal.squashfs", "casper/*.squashfs"]),
        new(
            InstallMediaFamily.DebianLive,
            ["live"],
            ["vmlinuz", "vmlinuz*"],
            ["initrd.img", "initrd*"],
            ["live/filesystem.squashfs", "live/*.squashfs"]),
        new(
            InstallMediaFamily.DebianInstaller,
            ["install.amd", "install.a64", "install", "install.*"],
            ["vmlinuz", "linux"],
            ["initrd.gz"],
            ["install/filesystem.squashfs"]),
        new(InstallMediaFamily.DebianInstaller, ["", "install/netboot/ubuntu-installer/*"], ["linux"], ["initrd.gz"], []),
        new(
            InstallMediaFamily.Anaconda,
            ["images/pxeboot", "isolinux"],
            ["vmlinuz"],
            ["initrd.img"],
            ["images/install.img", "LiveOS/squashfs.img"]),
        new(InstallMediaFamily.Anaconda, ["images"], ["kernel.img"], ["initrd.img"], ["images/install.img"]), // s390x
    ];

    public InstallMedia? Match(IFileTree tree)
    {
        foreach (var folder in Folders.SelectMany(folder => Paths(tree, folder, FileKind.Directory)))
        {
            var found = from kernel in Kernels.SelectMany(name => Paths(tree, Join(folder, name), FileKind.File))
                        let identity = RootFileSystem.Identify(tree, tree.Resolve(kernel)!) // the path has just been found
                        where identity is not null
                        from initrd in Initrds.SelectMany(name => Paths(tree, Join(folder, name), FileKind.File))
                        where IsInitrd(tree, initrd)
                        select Make(tree, kernel, initrd, identity.Architecture);
            if (found.FirstOrDefault() is { } medium) return medium;
        }

        return null;
    }

    public static bool IsInitrd(IFileTree tree, string path)
    {
        using var content = tree.OpenRead(path);
        return InitrdFormat.Matches(content);
    }

    private InstallMedia Make(IFileTree tree, string kernel, string initrd, string architecture)
    {
        var root = Roots.SelectMany(path => Paths(tree, path, FileKind.File)).FirstOrDefault();
        return new()
        {
            Family = Family,
            Title = InstallMediaTitle.Of(tree),
            Architecture = architecture,
            Kernel = kernel,
            Initrd = initrd,
            Root = root,
            Layers = root is null ? [] : LayersOver(tree, root),
        };
    }

    /// <summary>The files beside a root <c>x.squashfs</c> that are named <c>x.y.squashfs</c>, the lower before the higher.</summary>
    private static IReadOnlyList<string> LayersOver(IFileTree tree, string root)
    {
        const string ending = ".squashfs";
        if (!root.EndsWith(ending, StringComparison.Ordinal)) return [];
        string[] layers = [.. Paths(tree, $"{root[..^ending.Length]}.*{ending}", FileKind.File)];
        return layers.Length == 0 ? [] : layers; // the one empty list, so that equal media are equal
    }

    private static IEnumerable<string> Paths(IFileTree tree, string path, FileKind kind)
    {
        var slash = path.LastIndexOf('/');
        var (folder, pattern) = (slash < 0 ? "" : path[..slash], path[(slash + 1)..]);
        if (!pattern.Contains('*', StringComparison.Ordinal)) return tree.Resolve(path) is { } entry && entry.Kind == kind ? [path] : [];
        return TreeText.List(tree, folder)
            .Where(entry => entry.Kind == kind && FileSystemName.MatchesSimpleExpression(pattern, entry.Name, ignoreCase: false))
            .Select(entry => entry.Path)
            .OrderBy(found => found.Length).ThenBy(found => found, StringComparer.Ordinal);
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
