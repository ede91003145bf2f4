using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Maas.Core;
using Maas.Install.Recipes;
using Maas.Install.Templates;

namespace Maas.Fuzz.Tests.Install;

/// <summary>
/// Templates that people write, the values of machines and owners in the built-in ones, and the difference of two answer files.
/// </summary>
internal static class TemplateTargets
{
    private const int LongestText = 256 << 10;

    private static readonly TemplateTarget Machine = new()
    {
        SystemId = "4y3h7n", OsSystem = "debian", Series = "bookworm", Architecture = "amd64", Tags = ["lab"],
    };

    private static readonly IReadOnlyDictionary<string, object?> Values = SampleMachine.ValuesFor(Machine);

    // The main file of each format: a value stays within its line, or its element.
    private static readonly string[] Files =
        ["debian/preseed", "debian/installer", "kickstart/kickstart", "ubuntu/autoinstall", "ignition/live", "windows/unattend"];

    private static readonly Dictionary<string, int> Lines =
        Files.ToDictionary(name => name, name => Rendered(name, With("x"))?.Split('\n').Length ?? 0, StringComparer.Ordinal);

    public static IEnumerable<FuzzTarget> All =>
    [
        Text(
            "template", Render,
            "#_preseed_V1\nd-i a/b string {{ machine.description | quote.preseed }} \\\n  x\n",
            "{{ for key in ssh_keys }}{{ key | quote.yaml }}{{ end }}{{ if params.x }}{{ snippet \"debian/user\" }}{{ else }}y{{ end }}",
            "{{ render \"shell/report\" | base64 }}{{ join params.packages \" \" | quote.sh }}{{ size ssh_keys }}{{ disk[\"serial\"] }}")
            with { MostAllocated = 64 << 20, Cases = 30_000, Longest = 1000 },
        Text("answer-value", Answer, "ann", "it's \"a\" <b> & $(c) `d` {e}: #f", "a\nd-i preseed/late_command string reboot", "%end\n%post")
            with { MostAllocated = 64 << 20, Cases = 10_000, Longest = 200 },
        Text("text-diff", Compare, "a\nb\nc\0a\nx\nc\n", "\0", "a\0b") with { MostAllocated = 32 << 20, Cases = 50_000 },
    ];

    private static FuzzTarget Text(string name, Action<string> read, params string[] seeds) =>
        new(name, input => read(Encoding.UTF8.GetString(input)))
        {
            Seeds = [.. seeds.Select(Encoding.UTF8.GetBytes)],
            Words =
            [
                .. new[]
                {
                    "{{", "}}", "{{~", "-}}", "end", "for x in ssh_keys", "while true", "func f", "machine", "params", ".", "|",
                    "quote.sh", "quote.xml",
                    "snippet", "render", "\"debian/user\"", "include", "this", "ret", "1..9", "$", "\\\n", "\n", "'", "\"", "`",
                    "${", "%end", "]]>", "&#10;", ": ", "- ", "#", "\u2028", "\ufeff", "\ud83d\ude00", "\0", "\r",
                }.Select(Encoding.UTF8.GetBytes),
                [0xff],
            ],
        };

    private static void Render(string text)
    {
        var set = new TemplateSet(new Dictionary<string, string>(BuiltInTemplates.All, StringComparer.Ordinal) { ["x"] = text });
        if (set.Render("x", Values) is TemplateResult.Rendered { Text.Length: > LongestText })
            throw new InvalidOperationException("The result is longer than the limit.");
    }

    private static void Answer(string value)
    {
        // Of an empty value a template makes another branch.
        if (value.Length == 0) return;
        var values = With(value);
        foreach (var name in Files)
        {
            if (Rendered(name, values) is not { } text) continue;
            if (text.Split('\n').Length != Lines[name]) throw new InvalidOperationException($"A value added lines to {name}.");
            if (name.StartsWith("ignition/", StringComparison.Ordinal)) JsonDocument.Parse(text).Dispose();
            if (name.StartsWith("windows/", StringComparison.Ordinal)) _ = XDocument.Parse(text);
        }
    }

    private static void Compare(string input)
    {
        var (before, after) = input.Split('\0', 2) is [var one, var two] ? (one, two) : (input, "");
        _ = TextDiff.Unified(before, after, "a", "b");
        if (TextDiff.Unified(before, before, "a", "b").Length > 0)
            throw new InvalidOperationException("A text differs from itself.");
    }

    private static string? Rendered(string name, IReadOnlyDictionary<string, object?> values) =>
        new TemplateSet(BuiltInTemplates.All).Render(name, values) is TemplateResult.Rendered { Text: var text } ? text : null;

    // In the place of every text of the machine and of the recipe, except lines of shell, which are the administrator's.
    private static Dictionary<string, object?> With(string value) =>
        Values.ToDictionary(each => each.Key, each => Replace(each.Key, each.Value, value), StringComparer.Ordinal);

    private static object? Replace(string name, object? old, string value) => old switch
    {
        string when name is "description" or "owner" or "user" or "locale" or "keymap" or "keyboard" or "timezone" or "share_user"
            or "user_password_crypted" or "administrator_password" or "share_password" or "product_key" or "serial" => value,
        IReadOnlyDictionary<string, object?> table =>
            table.ToDictionary(each => each.Key, each => Replace(each.Key, each.Value, value), StringComparer.Ordinal),
        IEnumerable<string> when name is "ssh_keys" => new[] { value },
        _ => old,
    };
}
