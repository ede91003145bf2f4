using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Maas.Core.Scripts;

/// <summary>
/// What a script says about itself: YAML in comments between <c># --- Start MAAS 1.0 script metadata ---</c> and
/// <c># --- End MAAS 1.0 script metadata ---</c>.
/// </summary>
public static partial class ScriptMetadata
{
    private const string NoComment = "Missing \"#\" on YAML line.";

    /// <summary>The members of the metadata as JSON; empty when the script has none.</summary>
    /// <param name="script">The text of the script.</param>
    /// <param name="error">Why the metadata cannot be read; null when it can.</param>
    public static IReadOnlyDictionary<string, JsonElement> Read(string script, out string? error)
    {
        ArgumentNullException.ThrowIfNull(script);
        error = null;
        if (!TryReadLines(script, out var lines, out _))
        {
            error = NoComment;
            return YamlText.Empty;
        }

        var members = ReadMembers(lines, out var reason, out _);
        if (reason is not null) error = $"Invalid YAML: {reason}";
        return members;
    }

    /// <summary>
    /// The script with what its metadata says. The tags and the time limit of a script that is stored already are the administrator's, and
    /// stay.
    /// </summary>
    /// <param name="script">The script; a new one has no id.</param>
    /// <param name="text">Its text, with LF at the ends of lines.</param>
    /// <param name="problems">What is wrong; none when the script can be used.</param>
    public static NodeScript Apply(NodeScript script, string text, out IReadOnlyList<ScriptProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(text);
        List<ScriptProblem> found = [];
        problems = found;
        if (!TryReadLines(text, out var lines, out var wrong))
        {
            found.Add(new ScriptProblem(wrong, "", NoComment));
            return script;
        }

        var members = ReadMembers(lines, out var reason, out var at);
        if (reason is not null)
        {
            // The end of the text, which YAML numbers as another line, is an error of the last one.
            found.Add(new ScriptProblem(at > 0 ? lines[Math.Min(at, lines.Count) - 1].Number : 0, "", $"Invalid YAML: {reason}"));
            return script;
        }

        var isNew = script.Id == 0;
        script = ScriptFieldParser.Apply(
            script,
            ScriptFieldParser.Read(members, Refuse).Where(field => isNew || field.Key is not ("tags" or "timeout"))
                .ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal),
            Refuse);
        if (found.Count == 0 && NodeScripts.WhyNot(script, Encoding.UTF8.GetBytes(text)) is var (field, why)) Refuse(field, why);
        return script;

        void Refuse(string field, string why) => found.Add(new ScriptProblem(field == "script" ? 1 : LineOf(lines, field), field, why));
    }

    // The lines of YAML with their numbers in the script; or the number of a line that is no comment.
    private static bool TryReadLines(string script, out IReadOnlyList<(int Number, string Yaml)> lines, out int wrong)
    {
        List<(int, string)> found = [];
        (lines, wrong) = (found, 0);
        var inside = false;
        var all = script.Split('\n');
        for (var at = 1; at < all.Length; at++)
        {
            if (Mark().IsMatch(all[at]))
            {
                if (inside) break;
                inside = true;
            }
            else if (inside && !string.IsNullOrWhiteSpace(all[at]))
            {
                if (all[at].IndexOf('#', StringComparison.Ordinal) is not (>= 0 and var comment))
                {
                    (lines, wrong) = ([], at + 1);
                    return false;
                }

                found.Add((at + 1, all[at][(comment + 1)..].TrimEnd('\r')));
            }
        }

        return true;
    }

    private static IReadOnlyDictionary<string, JsonElement> ReadMembers(
        IReadOnlyList<(int Number, string Yaml)> lines, out string? reason, out int line)
    {
        (reason, line) = (null, 0);
        if (lines.Count == 0) return YamlText.Empty;
        var yaml = string.Concat(lines.Select(each => each.Yaml + '\n'));
        if (YamlText.TryRead(yaml, out var members, out var wrong, out line)) return members;
        reason = wrong;
        return YamlText.Empty;
    }

    private static int LineOf(IReadOnlyList<(int Number, string Yaml)> lines, string field) =>
        lines.FirstOrDefault(each => KeyOf(each.Yaml) is var key && (key == field || (field == "script_type" && key == "type"))).Number;

    private static string KeyOf(string yaml) => yaml.Split(':', 2)[0].Trim(' ', '\t', '"', '\'');

    [GeneratedRegex(
        @"^\s*#\s*-+\s*(?:Start|End) MAAS 1\.0 script metadata\s+-+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mark();
}
