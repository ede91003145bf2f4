namespace Maas.Images.Inspection;

/// <summary>Which operating system it is, as os-release(5) says.</summary>
/// <param name="Fields">Every field by its name, quotes removed.</param>
public sealed record OsRelease(IReadOnlyDictionary<string, string> Fields)
{
    /// <summary><c>ID</c>: <c>debian</c>, <c>ubuntu</c>, <c>rocky</c>; <c>linux</c> where none is given.</summary>
    public string Id => Fields.GetValueOrDefault("ID", "linux");

    /// <summary><c>VERSION_ID</c>: <c>12</c>, <c>24.04</c>; empty where none is given (Debian's testing).</summary>
    public string Version => Fields.GetValueOrDefault("VERSION_ID", "");

    /// <summary><c>VERSION_CODENAME</c>: <c>bookworm</c>, <c>noble</c>; empty where none is given.</summary>
    public string Codename => Fields.GetValueOrDefault("VERSION_CODENAME", "");

    /// <summary><c>PRETTY_NAME</c>, for display.</summary>
    public string Name => Fields.GetValueOrDefault("PRETTY_NAME", Fields.GetValueOrDefault("NAME", "Linux"));

    /// <summary>Reads the fields of an os-release file; what is no field is passed over.</summary>
    public static OsRelease Parse(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#') fields[line[..equals]] = Unquote(line[(equals + 1)..]);
        }

        return new OsRelease(fields);
    }

    // A shell's quotes: within "…" a backslash takes the next character as it is.
    private static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] != value[^1] || value[0] is not ('"' or '\'')) return value;
        var inner = value[1..^1];
        if (value[0] == '\'') return inner;
        var plain = new System.Text.StringBuilder();
        for (var i = 0; i < inner.Length; i++) plain.Append(inner[i] == '\\' && i + 1 < inner.Length ? inner[++i] : inner[i]);
        return plain.ToString();
    }
}
