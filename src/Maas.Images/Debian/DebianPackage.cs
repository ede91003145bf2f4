using System.Buffers;
using Maas.Images.Archives;

namespace Maas.Images.Debian;

/// <summary>What an index or a package's own control file says about one binary package.</summary>
public sealed record DebianPackage
{
    private static readonly SearchValues<char> NameEnds = SearchValues.Create(" (:[<\t");

    /// <summary>The name, as <c>busybox-static</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The version, as <c>1:1.35.0-4+b3</c>.</summary>
    public required DebianVersion Version { get; init; }

    /// <summary>Debian's name of the architecture, <c>amd64</c> or <c>all</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>
    /// What it needs (Pre-Depends and Depends): each item is a list of alternatives, package names in order of preference.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Depends { get; init; } = [];

    /// <summary>Virtual packages it provides.</summary>
    public IReadOnlyList<string> Provides { get; init; } = [];

    /// <summary>Bytes of the .deb file.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the .deb file, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Where it comes from: its URL, or its path in a local directory.</summary>
    public required string Location { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Version} ({Architecture})";

    internal static DebianPackage From(ControlParagraph control, long size, string sha256, string location) => new()
    {
        Name = control.Require("Package"),
        Version = VersionOf(control.Require("Version")),
        Architecture = control.Require("Architecture"),
        Depends = [.. Relations(control["Pre-Depends"]), .. Relations(control["Depends"])],
        Provides = [.. Relations(control["Provides"]).Select(alternatives => alternatives[0])],
        Size = size,
        Sha256 = sha256,
        Location = location,
    };

    private static DebianVersion VersionOf(string text)
    {
        try
        {
            return DebianVersion.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new InvalidImageException("control paragraph", "its Version is empty or holds a blank", null, fault);
        }
    }

    // Policy 7.1: "a (>= 1) | b:any [amd64] <!nocheck>, c". Versions are left to the archive, which is consistent in itself.
    private static IEnumerable<IReadOnlyList<string>> Relations(string? field) =>
        (field ?? "").Replace('\n', ' ').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(item =>
                (IReadOnlyList<string>)[.. item.Split('|', StringSplitOptions.TrimEntries).Select(NameOf).Where(name => name.Length > 0)])
            .Where(alternatives => alternatives.Count > 0);

    private static string NameOf(string relation)
    {
        var end = relation.AsSpan().IndexOfAny(NameEnds);
        return end < 0 ? relation : relation[..end];
    }
}
