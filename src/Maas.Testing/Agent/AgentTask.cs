namespace Maas.Testing.Agent;

/// <summary>
/// What the server wants done: lines <c>key=value</c>, nothing quoted, the value to the end of the line. Only <c>known_disk</c> may come
/// more than once.
/// </summary>
internal sealed class AgentTask
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly List<KnownDisk> _knownDisks = [];

    public AgentTask(string text)
    {
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var at)) continue;
            var (key, value) = (line[..at], line[(at + 1)..]);
            if (key == "known_disk") _knownDisks.Add(new KnownDisk(value));
            else _fields[key] = value;
        }
    }

    /// <summary>The disks that the server's inventory has; <see langword="null"/> when it has none of this machine.</summary>
    public IReadOnlyList<KnownDisk>? KnownDisks => _fields.ContainsKey("known_disks") ? _knownDisks : null;

    /// <summary>A field; empty when it is not there.</summary>
    public string this[string key] => _fields.GetValueOrDefault(key, "");
}

/// <summary>A disk as the server's inventory has it: <c>name=sda</c>, <c>serial=…</c>, <c>size=…</c>, separated by tabs.</summary>
internal sealed class KnownDisk(string text)
{
    private readonly Dictionary<string, string> _fields = text.Split('\t')
        .Select(field => field.Split('=', 2))
        .Where(field => field.Length == 2)
        .DistinctBy(field => field[0], StringComparer.Ordinal)
        .ToDictionary(field => field[0], field => field[1], StringComparer.Ordinal);

    public string Name => _fields.GetValueOrDefault("name", "");

    public string Serial => _fields.GetValueOrDefault("serial", "");

    public string Size => _fields.GetValueOrDefault("size", "");

    /// <summary>For messages.</summary>
    public override string ToString() => Serial.Length == 0 ? Name : $"{Name} ({Serial})";
}
