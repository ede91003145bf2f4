using System.Text;

namespace Maas.Core.Scripts;

/// <summary>
/// The scripts that are built in, in POSIX sh, for busybox and for dash with util-linux. Their own metadata describes them.
/// </summary>
public static class BuiltinScripts
{
    /// <summary>Name of the script whose output becomes the machine's hardware.</summary>
    public const string Inventory = "00-maas-inventory";

    /// <summary>The tag of scripts that set up management controllers, as in MAAS.</summary>
    private const string BmcTag = "bmc-config";

    private const string Resources = "Maas.Core.Scripts.Builtin.";
    private const string IncludeMark = "#include ";
    private const string IncludeSuffix = ".sh";

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<ScriptDefinition> Definitions { get; } =
    [
        .. typeof(BuiltinScripts).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Resources, StringComparison.Ordinal) && !name.EndsWith(IncludeSuffix, StringComparison.Ordinal))
            .Select(name => name[Resources.Length..]).Order(StringComparer.Ordinal)
            .Select((name, at) => ScriptDefinition.Parse(Read(name)).WithId(at + 1)),
    ];

    /// <summary>The text of a script, or <see langword="null"/> when none has that name.</summary>
    /// <param name="name">The name.</param>
    public static ReadOnlyMemory<byte>? Find(string name) =>
        Definitions.FirstOrDefault(each => each.Script.Name == name) is { } found ? found.Body : (ReadOnlyMemory<byte>?)null;

    /// <summary>Whether a run sets up the machine's management controller.</summary>
    internal static bool IsBmcSetup(PlannedScript run) =>
        run.Kind is ScriptKind.Commissioning && run.Script.Tags.Contains(BmcTag);

    /// <summary>A script's text; a line <c>#include FILE</c> in it is replaced by that file.</summary>
    private static string Read(string name) => string.Join('\n', ReadText(name).Split('\n').Select(
        line => line.StartsWith(IncludeMark, StringComparison.Ordinal) ? ReadText(line[IncludeMark.Length..]).TrimEnd('\n') : line));

    private static string ReadText(string name)
    {
        using var stream = typeof(BuiltinScripts).Assembly.GetManifestResourceStream(Resources + name)
            ?? throw new InvalidOperationException($"The built-in script {name} is missing.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
