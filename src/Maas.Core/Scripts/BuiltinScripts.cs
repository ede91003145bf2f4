using System.Collections.Frozen;
using System.Text;

namespace Maas.Core.Scripts;

/// <summary>The scripts that every machine runs, in POSIX sh, for busybox and for dash with util-linux.</summary>
public static class BuiltinScripts
{
    /// <summary>Name of the script whose output becomes the machine's hardware.</summary>
    public const string Inventory = "00-maas-inventory";

    private const string IncludeMark = "#include ";

    private static readonly (string Name, ScriptKind Kind, TimeSpan Timeout, string[] Tags)[] All =
    [
        (Inventory, ScriptKind.Commissioning, TimeSpan.FromMinutes(2), ["commissioning", "node"]),
        ("10-maas-memory-touch", ScriptKind.Testing, TimeSpan.FromMinutes(15), ["commissioning", "memory"]),
        ("20-maas-disk-read", ScriptKind.Testing, TimeSpan.FromMinutes(15), ["commissioning", "storage"]),
        ("30-maas-network", ScriptKind.Testing, TimeSpan.FromMinutes(2), ["commissioning", "network"]),
    ];

    private static readonly FrozenDictionary<string, byte[]> Bodies =
        All.ToFrozenDictionary(script => script.Name, script => Read(script.Name));

    /// <summary>The text of a script, or <see langword="null"/> when it does not exist of that name.</summary>
    public static ReadOnlyMemory<byte>? Find(string name) => Bodies.TryGetValue(name, out var body) ? body : null;

    /// <summary>The tags of a script, by which groups of scripts are chosen; empty when it does not exist of that name.</summary>
    public static IReadOnlyList<string> TagsOf(string name) => All.FirstOrDefault(script => script.Name == name).Tags ?? [];

    /// <summary>The names of the scripts of a kind that are called <paramref name="nameOrTag"/> or have that tag.</summary>
    public static IReadOnlyList<string> Match(ScriptKind kind, string nameOrTag) =>
        [.. All.Where(script => script.Kind == kind && (script.Name == nameOrTag || script.Tags.Contains(nameOrTag)))
            .Select(script => script.Name)];

    /// <summary>Results to be, for the scripts of a kind on a machine: those that are named, or all.</summary>
    internal static IEnumerable<ScriptResult> Schedule(
        SystemId machine, Guid operation, ScriptKind kind, IReadOnlyList<string>? names) => All
        .Where(script => script.Kind == kind && (names is null || names.Contains(script.Name)))
        .Select(script => new ScriptResult
        {
            MachineId = machine,
            OperationId = operation,
            Kind = kind,
            Name = script.Name,
            Timeout = script.Timeout,
        });

    /// <summary>A script's text; a line <c>#include FILE</c> in it is replaced by that file.</summary>
    private static byte[] Read(string name)
    {
        var lines = ReadText(name).Split('\n').Select(
            line => line.StartsWith(IncludeMark, StringComparison.Ordinal) ? ReadText(line[IncludeMark.Length..]).TrimEnd('\n') : line);
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static string ReadText(string name)
    {
        using var stream = typeof(BuiltinScripts).Assembly.GetManifestResourceStream("Maas.Core.Scripts.Builtin." + name)
            ?? throw new InvalidOperationException($"The built-in script {name} is missing.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
