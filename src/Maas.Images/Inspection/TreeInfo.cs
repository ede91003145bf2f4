using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>
/// <c>.treeinfo</c>, in which media of the RHEL family and Fedora list their files (productmd, treeinfo 1.2).
/// <code>
/// [general] name version arch     [images-ARCH] kernel initrd     [stage2] mainimage
/// </code>
/// </summary>
internal static class TreeInfo
{
    public static InstallMedia? Classify(IFileTree tree)
    {
        if ((TreeText.Read(tree, ".treeinfo") ?? TreeText.Read(tree, "treeinfo")) is not { } text) return null;
        var fields = Parse(text);
        var name = fields.GetValueOrDefault("general/arch", "");
        if (File(tree, fields, $"images-{name}/kernel") is not { } kernel
            || File(tree, fields, $"images-{name}/initrd") is not { } initrd
            || RootFileSystem.Identify(tree, tree.Resolve(kernel)!) is not { } identity // File has found it
            || !InstallMediaLayout.IsInitrd(tree, initrd)) return null;
        return new InstallMedia
        {
            Family = InstallMediaFamily.Anaconda,
            Title = fields.GetValueOrDefault("general/name")
                ?? $"{fields.GetValueOrDefault("general/family", "")} {fields.GetValueOrDefault("general/version", "")}".Trim(),
            Architecture = identity.Architecture,
            Kernel = kernel,
            Initrd = initrd,
            Root = File(tree, fields, "stage2/mainimage") ?? (TreeText.Has(tree, "LiveOS/squashfs.img") ? "LiveOS/squashfs.img" : null),
        };
    }

    private static Dictionary<string, string> Parse(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var section = "";
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line is ['[', .., ']']) section = line[1..^1];
            else if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && line[0] is not ('#' or ';'))
                fields[$"{section}/{line[..at].TrimEnd()}"] = line[(at + 1)..].TrimStart();
        }

        return fields;
    }

    private static string? File(IFileTree tree, Dictionary<string, string> fields, string field) =>
        fields.GetValueOrDefault(field) is { } path && tree.Resolve(path) is { Kind: FileKind.File } file ? file.Path : null;
}
