using System.IO.Enumeration;
using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>
/// A list of hashes as the coreutils write it: <c>HASH  NAME</c>, <c>HASH *NAME</c>, or with <c>--tag</c>, as Fedora and Rocky do,
/// <c>SHA256 (NAME) = HASH</c>. Comments and hashes that are too weak to count are passed over.
/// </summary>
internal static class ChecksumList
{
    public static IReadOnlyList<(string Name, ContentHash Hash)> Parse(string text, string location)
    {
        List<(string, ContentHash)> found = [];
        Dictionary<(string, int), string> seen = [];
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r', ' ');
            if (!TryTagged(line, out var name, out var hash) && !TryPlain(line, out name, out hash)) continue;
            name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
            if (!seen.TryAdd((name, hash.Hex.Length), hash.Hex) && seen[(name, hash.Hex.Length)] != hash.Hex)
                throw new UntrustedArchiveException(location, $"it names two hashes of {name}");
            found.Add((name, hash));
        }

        return found;
    }

    /// <summary>
    /// The entries whose names fit one of the patterns, each name once, in the list's order. <c>*</c> and <c>?</c> stand for characters of
    /// one name, not for a <c>/</c>.
    /// </summary>
    public static IEnumerable<(string Name, ContentHash Hash)> Select(
        IReadOnlyList<(string Name, ContentHash Hash)> list,
        IReadOnlyList<string> patterns) =>
        list.Where(entry => patterns.Any(pattern => Fits(pattern.Split('/'), entry.Name.Split('/'))))
            .DistinctBy(entry => entry.Name, StringComparer.Ordinal);

    private static bool Fits(string[] pattern, string[] names) =>
        pattern.Length == names.Length
            && pattern.Zip(names).All(pair => FileSystemName.MatchesSimpleExpression(pair.First, pair.Second, ignoreCase: false));

    private static bool TryPlain(string line, out string name, out ContentHash hash)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        name = blank > 0 && blank + 2 < line.Length && line[blank + 1] is ' ' or '*' ? line[(blank + 2)..] : "";
        hash = default;
        return name.Length > 0 && ContentHash.TryParse(line[..blank], out hash);
    }

    private static bool TryTagged(string line, out string name, out ContentHash hash)
    {
        (name, hash) = ("", default);
        var (open, close) = (line.IndexOf(" (", StringComparison.Ordinal), line.LastIndexOf(") = ", StringComparison.Ordinal));
        if (open < 0 || close <= open + 2 || line[..open] is not ("SHA256" or "SHA512")) return false;
        name = line[(open + 2)..close];
        return ContentHash.TryParse(line[(close + 4)..], out hash);
    }
}
