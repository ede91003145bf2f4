namespace VmLab.Disks;

/// <summary>Where this host's own apt fetches Debian from.</summary>
public static class AptSources
{
    /// <summary>The mirror to build Debian 12 from: <c>MAAS_TEST_MIRROR</c>, or the first that apt's sources name for it.</summary>
    /// <exception cref="InvalidOperationException">Neither says.</exception>
    public static Uri DebianMirror()
    {
        if (Environment.GetEnvironmentVariable("MAAS_TEST_MIRROR") is { Length: > 0 } configured) return new Uri(configured);
        const string folder = "/etc/apt/sources.list.d";
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return files.Append("/etc/apt/sources.list").Where(File.Exists)
            .Select(file => FindMirror(File.ReadAllText(file), DebianRecipe.Suite))
            .FirstOrDefault(mirror => mirror is not null)
            ?? throw new InvalidOperationException($"apt's sources name no mirror of Debian {DebianRecipe.Suite}: set MAAS_TEST_MIRROR");
    }

    /// <summary>The first http(s) mirror of <paramref name="suite"/> in a sources file of either style (sources.list(5)).</summary>
    internal static Uri? FindMirror(string text, string suite) => FindInStanzas(text, suite) ?? FindInLines(text, suite);

    private static Uri? FindInStanzas(string text, string suite)
    {
        foreach (var stanza in text.Replace("\r", "", StringComparison.Ordinal).Split("\n\n"))
        {
            var fields = stanza.Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
                .DistinctBy(parts => parts[0], StringComparer.OrdinalIgnoreCase)
                .ToDictionary(parts => parts[0].Trim(), parts => Words(parts[1]), StringComparer.OrdinalIgnoreCase);
            if (fields.TryGetValue("Suites", out var suites) && suites.Contains(suite) && fields.TryGetValue("URIs", out var uris) && Mirror(uris.FirstOrDefault()) is { } mirror)
                return mirror;
        }
        return null;
    }

    private static Uri? FindInLines(string text, string suite)
    {
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("deb ", StringComparison.Ordinal)))
        {
            var words = Words(line.Contains(']', StringComparison.Ordinal) ? "deb " + line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..] : line);
            if (words.Length > 2 && words[2] == suite && Mirror(words[1]) is { } mirror) return mirror;
        }
        return null;
    }

    private static string[] Words(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Uri? Mirror(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
}
