using System.Text.RegularExpressions;

namespace Maas.Core.Constraints;

/// <summary>
/// A constraint with a name, by which the answer tells what matched. In MAAS's grammar: <c>label:key=value[,key=value…]</c>, separated by
/// semicolons. A key may be repeated.
/// </summary>
/// <param name="Label">The name; unique in its list.</param>
/// <param name="Terms">The keys and values, at least one, in order.</param>
internal sealed partial record LabeledConstraint(string Label, IReadOnlyList<KeyValuePair<string, string>> Terms)
{
    private const int LongestText = 8192;
    private const int MostConstraints = 64;
    private const int LongestEcho = 64;

    /// <summary>Reads a list of constraints.</summary>
    /// <param name="text">The list; empty for none.</param>
    /// <param name="constraints">The constraints.</param>
    /// <returns>Why the text is no such list, in MAAS's words; <see langword="null"/> when it is a list.</returns>
    public static string? TryParse(string text, out IReadOnlyList<LabeledConstraint> constraints)
    {
        List<LabeledConstraint> read = [];
        constraints = read;
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (text.Length > LongestText) return FormMessages.TooLong(text, LongestText);
        foreach (var part in text.Split(';'))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                return $"Malformed constraint: '{Echo(part)}' (required format: '<label>:<key>=<value>[,<key2>=<value2>[,...]]')";
            var label = part[..colon];
            if (!LabelPattern().IsMatch(label))
                return $"Invalid label name: '{Echo(label)}' (Must begin with an alphanumeric character, and include only alphanumeric "
                    + "characters, dashes, and underscores.)";
            if (read.Exists(each => each.Label == label)) return $"Constraint label defined more than once: '{Echo(label)}'";
            if (read.Count == MostConstraints) return $"Ensure this value has at most {MostConstraints} labels.";
            if (TryParseTerms(part[(colon + 1)..], out var terms) is { } wrong) return wrong;
            read.Add(new LabeledConstraint(label, terms));
        }

        return null;
    }

    /// <summary>Reads <c>key=value[,key=value…]</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="terms">The keys and values, at least one.</param>
    /// <returns>Why the text cannot be read, in MAAS's words.</returns>
    public static string? TryParseTerms(string text, out IReadOnlyList<KeyValuePair<string, string>> terms)
    {
        List<KeyValuePair<string, string>> read = [];
        terms = read;
        if (text.Length > LongestText) return FormMessages.TooLong(text, LongestText);
        foreach (var pair in text.Split(','))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) return $"Malformed key/value pair in constraint: '{Echo(pair)}'";
            read.Add(new(pair[..equals], pair[(equals + 1)..]));
        }

        return null;
    }

    /// <summary>A part of a request in an error message: printable, and not longer than a line.</summary>
    public static string Echo(string text) => LogText.From(text, LongestEcho);

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_-]{0,255}\\z", RegexOptions.None, 1000)]
    private static partial Regex LabelPattern();
}
