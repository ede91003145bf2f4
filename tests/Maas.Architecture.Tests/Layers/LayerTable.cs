namespace Maas.Architecture.Tests.Layers;

/// <summary>
/// The order of a package's namespaces, read from a file named after the package (<c>Layers/Maas.X.layers</c>). One layer a line, the
/// bottom first; blank lines and what follows <c>#</c> count for nothing:
/// <code>
/// types: SystemId Secret      types of the root namespace, as a layer of their own: the vocabulary, which everything may use
/// Primitives                  a namespace below the package's own, with the namespaces inside of it that have no line of their own
/// Formats.Ext Formats.Iso     namespaces of one layer; they do not reference each other
/// apart: Dhcp4 Dhcp6          no reference between these, whatever their layers
/// </code>
/// All other types of the root namespace, and those in namespaces of other packages (extension methods), are the top layer: composition.
/// </summary>
internal sealed class LayerTable
{
    private readonly Dictionary<string, int> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _namespaces = new(StringComparer.Ordinal);
    private readonly List<string[]> _apart = [];
    private int _layers;

    private LayerTable(string package) => Package = package;

    /// <summary>The package, which is its root namespace.</summary>
    public string Package { get; }

    /// <summary>The types of the root namespace that the table names.</summary>
    public IEnumerable<string> Types => _types.Keys;

    /// <summary>The namespaces that the table names, in full.</summary>
    public IEnumerable<string> Namespaces => _namespaces.Keys;

    /// <summary>Reads a table.</summary>
    public static LayerTable Parse(string package, IEnumerable<string> lines)
    {
        var table = new LayerTable(package);
        foreach (var line in lines.Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)) table.Add(line);
        return table;
    }

    /// <summary>The layer of a type, 0 for the bottom.</summary>
    public int LayerOf(string @namespace, string type) =>
        @namespace == Package && _types.TryGetValue(type, out var layer) ? layer : LayerOf(@namespace);

    /// <summary>The layer of a namespace; the top when the table does not name it.</summary>
    public int LayerOf(string @namespace) => EntryOf(@namespace) is { } entry ? _namespaces[entry] : _layers;

    /// <summary>The entry of a namespace: itself, or the innermost around it; <see langword="null"/> for none.</summary>
    public string? EntryOf(string @namespace)
    {
        if (!@namespace.StartsWith(Package + '.', StringComparison.Ordinal)) return null;
        for (var name = @namespace; name.Length > Package.Length; name = name[..name.LastIndexOf('.')])
            if (_namespaces.ContainsKey(name)) return name;
        return null;
    }

    /// <summary>Whether the table forbids any reference between two namespaces.</summary>
    public bool AreApart(string one, string other) =>
        _apart.Exists(group => Array.Find(group, name => IsWithin(one, name)) is { } first
            && Array.Find(group, name => IsWithin(other, name)) is { } second
            && first != second);

    /// <summary>The layer in words.</summary>
    public string NameOf(int layer) => layer == _layers
        ? "composition"
        : string.Join(", ", _namespaces.Where(entry => entry.Value == layer).Select(entry => entry.Key[(Package.Length + 1)..]).Append(
            _types.ContainsValue(layer) ? "vocabulary" : "").Where(name => name.Length > 0));

    private bool IsWithin(string @namespace, string name) =>
        (@namespace + ".").StartsWith($"{Package}.{name}.", StringComparison.Ordinal);

    private void Add(string line)
    {
        var parts = line.Split(':', 2);
        var names = parts[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (parts.Length == 1 ? "" : parts[0])
        {
            case "apart":
                _apart.Add(names);
                return;
            case "types":
                foreach (var name in names) _types.Add(name, _layers);
                break;
            case "":
                foreach (var name in names) _namespaces.Add($"{Package}.{name}", _layers);
                break;
            default:
                throw new InvalidDataException($"'{parts[0]}' is none of 'types' and 'apart'.");
        }

        _layers++;
    }
}
