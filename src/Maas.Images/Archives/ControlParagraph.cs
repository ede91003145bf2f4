using System.Diagnostics.CodeAnalysis;

namespace Maas.Images.Archives;

/// <summary>
/// One paragraph of Debian's control syntax (deb822(5)): what package indexes, Release files, control files and
/// apt's <c>.sources</c> are written in. Field names compare without regard to case.
/// </summary>
public sealed class ControlParagraph
{
    private const int LongestLine = 1 << 20;
    private readonly Dictionary<string, string> _fields;

    private ControlParagraph(Dictionary<string, string> fields) => _fields = fields;

    /// <summary>
    /// The value of <paramref name="field"/>, or <see langword="null"/>. Lines after the first are kept, joined by <c>\n</c> and without
    /// their leading blank.
    /// </summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    /// <summary>The value of a field that must be there.</summary>
    /// <exception cref="InvalidImageException">It is not.</exception>
    public string Require(string field) => this[field] ?? throw new InvalidImageException("control paragraph", $"it has no field {field}");

    /// <summary>The paragraphs of a text. Comment lines (<c>#</c>) are left out.</summary>
    /// <exception cref="InvalidImageException">A line is neither a field nor a continuation, or absurdly long.</exception>
    public static IEnumerable<ControlParagraph> ReadAll(TextReader text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        List<string> value = [];
        string? name = null;
        while (text.ReadLine() is { } line)
        {
            if (line.Length > LongestLine) throw new InvalidImageException("control paragraph", "a line is longer than a megabyte");
            if (string.IsNullOrWhiteSpace(line))
            {
                Close();
                if (fields.Count > 0) yield return new ControlParagraph(fields);
                fields = new(StringComparer.OrdinalIgnoreCase);
                continue;
            }

            if (line[0] == '#') continue;
            if (line[0] is ' ' or '\t')
            {
                if (name is null) throw new InvalidImageException("control paragraph", "a continuation line without a field");
                value.Add(line[1..].TrimEnd());
                continue;
            }

            Close();
            if (!TryField(line, out name, out var first))
                throw new InvalidImageException("control paragraph", "a line that is neither a field nor a continuation");
            value.Add(first);
        }

        Close();
        if (fields.Count > 0) yield return new ControlParagraph(fields);

        void Close()
        {
            if (name is not null) fields[name] = string.Join('\n', value);
            name = null;
            value.Clear();
        }
    }

    private static bool TryField(string line, [NotNullWhen(true)] out string? name, out string value)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        name = colon > 0 ? line[..colon] : null;
        value = colon > 0 ? line[(colon + 1)..].Trim() : "";
        return name is not null;
    }
}
