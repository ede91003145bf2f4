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

    /// <summary>The members of the metadata as JSON; empty when the script has none.</summary>
    /// <param name="script">The text of the script.</param>
    /// <param name="error">Why the metadata cannot be read; null when it can.</param>
    public static IReadOnlyDictionary<string, JsonElement> Read(string script, out string? error)
    {
        var yaml = new StringBuilder();
        var inside = false;
        error = null;
        foreach (var line in script.Split('\n').Skip(1))
        {
            if (Mark().IsMatch(line))
            {
                if (inside) break;
                inside = true;
            }
            else if (inside && !string.IsNullOrWhiteSpace(line))
            {
                if (line.IndexOf('#', StringComparison.Ordinal) is not (>= 0 and var at))
                {
                    error = "Missing \"#\" on YAML line.";
                    return Empty;
                }

                yaml.Append(line.AsSpan(at + 1).TrimEnd('\r')).Append('\n');
            }
        }

        if (yaml.Length == 0) return Empty;
        if (!YamlText.TryRead(yaml.ToString(), out var members, out var reason)) error = $"Invalid YAML: {reason}";
        return members;
    }

    private static IReadOnlyDictionary<string, JsonElement> Empty { get; } = new Dictionary<string, JsonElement>();

    [GeneratedRegex(
        @"^\s*#\s*-+\s*(?:Start|End) MAAS 1\.0 script metadata\s+-+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mark();
}
