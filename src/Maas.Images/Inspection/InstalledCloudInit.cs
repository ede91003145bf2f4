using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>The cloud-init of an image.</summary>
/// <param name="Version">Its version; <see langword="null"/> if it does not say.</param>
/// <param name="Datasources">Where it looks for its data, in its order (<c>NoCloud</c>, <c>MAAS</c>); empty where the image leaves it to
/// cloud-init.</param>
/// <param name="IsDisabled">Whether <c>/etc/cloud/cloud-init.disabled</c> keeps it from running.</param>
public sealed record InstalledCloudInit(string? Version, IReadOnlyList<string> Datasources, bool IsDisabled)
{
    /// <summary>The cloud-init in a root tree, or <see langword="null"/> if there is none.</summary>
    public static InstalledCloudInit? Find(IFileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var module = Module(tree);
        if (module is null && !TreeText.Has(tree, "usr/bin/cloud-init") && !TreeText.Has(tree, "etc/cloud/cloud.cfg")) return null;
        return new InstalledCloudInit(
            module is null ? null : VersionIn(TreeText.Read(tree, $"{module}/version.py")),
            DatasourcesOf(tree),
            TreeText.Has(tree, "etc/cloud/cloud-init.disabled"));
    }

    /// <summary>
    /// The <c>datasource_list</c> of a configuration: in one line, over several, or as a YAML list; <see langword="null"/> if it has none.
    /// </summary>
    internal static IReadOnlyList<string>? DatasourcesIn(string yaml)
    {
        const string key = "datasource_list:";
        var lines = yaml.Split('\n').Select(line => line.Split(" #", 2)[0].TrimEnd()).ToList();
        var at = lines.FindLastIndex(line => line.StartsWith(key, StringComparison.Ordinal));
        if (at < 0) return null;
        var rest = lines[at][key.Length..].Trim();
        if (rest.StartsWith('['))
        {
            var flow = string.Join(' ', lines.Skip(at + 1).Prepend(rest)).Split(']', 2)[0];
            return [.. flow[1..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Bare)];
        }

        return
        [
            .. lines.Skip(at + 1)
                .TakeWhile(line => line.TrimStart().StartsWith("- ", StringComparison.Ordinal))
                .Select(line => Bare(line.TrimStart()[2..].Trim()))
        ];
    }

    private static string? Module(IFileTree tree) =>
        (from folder in (IEnumerable<string>)["usr/lib", "usr/lib64", "usr/local/lib"]
         from python in TreeText.List(tree, folder)
         where python.Name.StartsWith("python3", StringComparison.Ordinal)
         from packages in (IEnumerable<string>)["dist-packages", "site-packages"]
         let module = $"{python.Path}/{packages}/cloudinit"
         where TreeText.Has(tree, module)
         select module).FirstOrDefault();

    // __VERSION__ = "23.4.1"
    private static string? VersionIn(string? source)
    {
        var line = (source ?? "").Split('\n').FirstOrDefault(line => line.StartsWith("__VERSION__", StringComparison.Ordinal));
        return line?.Split('"') is [_, var version, ..] ? version : null;
    }

    // Files of cloud.cfg.d are read after cloud.cfg in the order of their names, and the last word counts.
    private static IReadOnlyList<string> DatasourcesOf(IFileTree tree)
    {
        var drops = TreeText.List(tree, "etc/cloud/cloud.cfg.d")
            .Where(file => file.Name.EndsWith(".cfg", StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal);
        return drops.Select(file => file.Path).Prepend("etc/cloud/cloud.cfg")
            .Select(path => TreeText.Read(tree, path) is { } text ? DatasourcesIn(text) : null)
            .LastOrDefault(list => list is not null) ?? [];
    }

    private static string Bare(string word) => word.Trim('"', '\'');
}
