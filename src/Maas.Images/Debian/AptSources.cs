using Maas.Images.Archives;

namespace Maas.Images.Debian;

/// <summary>
/// Reads the archives that this Debian system itself uses from apt's configuration (sources.list(5)), both the one-line and the deb822
/// format.
/// </summary>
public static class AptSources
{
    /// <summary>All enabled binary sources, in apt's order. Sources that are neither http(s) nor file are left out.</summary>
    /// <param name="directory">apt's configuration directory. Default <c>/etc/apt</c>.</param>
    /// <exception cref="IOException">A file cannot be read. A missing one is no error.</exception>
    public static IReadOnlyList<DebianSource> Read(string directory = "/etc/apt")
    {
        List<DebianSource> sources = [];
        var list = Path.Combine(directory, "sources.list");
        if (File.Exists(list)) sources.AddRange(ParseOneLine(File.ReadAllText(list)));
        var parts = Path.Combine(directory, "sources.list.d");
        if (!Directory.Exists(parts)) return sources;
        foreach (var file in Directory.GetFiles(parts).Order(StringComparer.Ordinal))
        {
            if (file.EndsWith(".list", StringComparison.Ordinal)) sources.AddRange(ParseOneLine(File.ReadAllText(file)));
            else if (file.EndsWith(".sources", StringComparison.Ordinal)) sources.AddRange(ParseDeb822(File.ReadAllText(file)));
        }

        return sources;
    }

    /// <summary>
    /// Only the sources that hold the Debian distribution itself: those whose keyring is Debian's own, or that name none.
    /// </summary>
    /// <param name="directory">apt's configuration directory. Default <c>/etc/apt</c>.</param>
    /// <remarks>A third party's archive of, say, a database has no kernel, and its key should not vouch for one.</remarks>
    public static IReadOnlyList<DebianSource> ReadDebian(string directory = "/etc/apt") =>
        [.. Read(directory).Where(source => source.Components.Contains("main")
            && IsDebianKeyring(source.Keyring)
            && !source.Suite.EndsWith("-backports", StringComparison.Ordinal)
            && HasDebianPath(source.Mirror))];

    // "deb [signed-by=/a.gpg arch=amd64] http://mirror/debian bookworm main contrib"
    internal static IEnumerable<DebianSource> ParseOneLine(string text)
    {
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Split('#')[0].Replace('\t', ' ').Trim();
            if (!line.StartsWith("deb ", StringComparison.Ordinal)) continue;
            var rest = line[4..].Trim();
            string? keyring = null;
            if (rest.StartsWith('['))
            {
                var close = rest.IndexOf(']', StringComparison.Ordinal);
                if (close < 0) continue;
                keyring = rest[1..close].Split(' ').Select(option => option.Split('=', 2))
                    .Where(option => option is ["signed-by", _]).Select(option => option[1]).FirstOrDefault();
                rest = rest[(close + 1)..].Trim();
            }

            var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3) continue;
            foreach (var source in Sources([words[0]], [words[1]], words[2..], keyring)) yield return source;
        }
    }

    internal static IEnumerable<DebianSource> ParseDeb822(string text)
    {
        foreach (var paragraph in ControlParagraph.ReadAll(new StringReader(text)))
        {
            if (!Words(paragraph["Types"]).Contains("deb") || string.Equals(paragraph["Enabled"], "no", StringComparison.OrdinalIgnoreCase))
                continue;
            var signedBy = paragraph["Signed-By"];
            // The field may hold an armored key itself; such a source is another party's, and is left out.
            if (signedBy is not null && !signedBy.StartsWith('/')) continue;
            foreach (var source in Sources(
                Words(paragraph["URIs"]),
                Words(paragraph["Suites"]),
                Words(paragraph["Components"]),
                signedBy?.Split([',', ' ', '\n'])[0]))
                yield return source;
        }
    }

    private static string[] Words(string? value) => (value ?? "").Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<DebianSource> Sources(string[] addresses, string[] suites, string[] components, string? keyring) =>
        from address in addresses
        let mirror = Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "file"
            ? uri
            : null
        where mirror is not null
        from suite in suites
        where !suite.EndsWith('/') && components.Length > 0
        select new DebianSource { Mirror = mirror, Suite = suite, Components = components, Keyring = keyring };

    private static bool IsDebianKeyring(string? keyring) =>
        keyring is null || Path.GetFileName(keyring).StartsWith("debian-archive-", StringComparison.Ordinal);

    private static bool HasDebianPath(Uri mirror) => mirror.AbsolutePath.Contains("debian", StringComparison.OrdinalIgnoreCase);
}
