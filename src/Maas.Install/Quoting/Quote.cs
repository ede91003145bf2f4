using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Maas.Install.Quoting;

/// <summary>
/// Writes a value so that it is one value of the language around it, whatever it contains. A value that the language cannot express is
/// refused, never changed.
/// </summary>
/// <remarks>Shell, preseed and kickstart files are read line by line: the result for these never contains a line break.</remarks>
/// <example>
/// <code>
/// Quote.Shell("a 'b'; reboot") // 'a '\''b'\''; reboot'
/// Quote.Yaml("a: #b\n")        // "a: #b\n"
/// </code>
/// </example>
public static class Quote
{
    /// <summary>The characters that mean themselves in each of the languages, at any place.</summary>
    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@+,=-");

    /// <summary>Whether a value needs no quotes: letters, digits and <c>._:/@+,=-</c> only.</summary>
    /// <param name="value">The value.</param>
    public static bool IsPlain(string value) => !value.AsSpan().ContainsAnyExcept(PlainCharacters);

    /// <summary>A word of a POSIX shell, in single quotes.</summary>
    /// <param name="value">The value; without control characters other than a tab.</param>
    /// <exception cref="ArgumentException">The value cannot be expressed on one line.</exception>
    public static string Shell(string value)
    {
        RequireOneLine(value, "a shell word");
        return $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    /// <summary>
    /// The value of a preseed line. debconf has no quotes: the value goes from one blank after the type to the end of the line.
    /// </summary>
    /// <param name="value">The value; without control characters, blanks at its ends and a backslash at its end.</param>
    /// <exception cref="ArgumentException">The value cannot be expressed on one line.</exception>
    public static string Preseed(string value)
    {
        RequireOneLine(value, "a preseed value");
        if (value.Contains('\t', StringComparison.Ordinal)) throw new ArgumentException("A preseed value cannot contain a tab.");
        if (value.EndsWith('\\')) throw new ArgumentException("A preseed value cannot end with a backslash, which continues the line.");
        if (value.Length > 0 && (char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1])))
            throw new ArgumentException("A preseed value cannot begin or end with a blank.");
        return value;
    }

    /// <summary>An argument of a kickstart command, which Anaconda splits as a shell does.</summary>
    /// <param name="value">The value; without control characters other than a tab.</param>
    /// <exception cref="ArgumentException">The value cannot be expressed on one line.</exception>
    public static string Kickstart(string value)
    {
        RequireOneLine(value, "a kickstart argument");
        return $"'{value.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'";
    }

    /// <summary>A PowerShell string in single quotes, in which nothing but the quote itself has a meaning.</summary>
    /// <param name="value">The value; without control characters other than a tab.</param>
    /// <exception cref="ArgumentException">The value cannot be expressed on one line.</exception>
    public static string PowerShell(string value)
    {
        RequireOneLine(value, "a PowerShell string");
        var text = new StringBuilder("'", value.Length + 2);
        foreach (var each in value)
        {
            text.Append(each);
            // PowerShell takes typographic quotes for the plain one (about_Quoting_Rules).
            if (each is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b') text.Append(each);
        }

        return text.Append('\'').ToString();
    }

    /// <summary>A YAML scalar in double quotes (YAML 1.1 and 1.2, section 5.7), in ASCII.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value has half a surrogate pair.</exception>
    public static string Yaml(string value)
    {
        var text = new StringBuilder("\"", value.Length + 2);
        foreach (var rune in RunesOf(value))
        {
            _ = rune.Value switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                >= 0x20 and < 0x7f => text.Append((char)rune.Value),
                <= 0xffff => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>A JSON string with its quotes (RFC 8259).</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value has half a surrogate pair.</exception>
    public static string Json(string value)
    {
        foreach (var _ in RunesOf(value)) { }
        return $"\"{JsonEncodedText.Encode(value)}\"";
    }

    /// <summary>Text of an XML 1.0 element or attribute, without quotes around it.</summary>
    /// <param name="value">The value; of the control characters only tab and line breaks.</param>
    /// <exception cref="ArgumentException">The value has characters that XML cannot express.</exception>
    public static string Xml(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var rune in RunesOf(value))
        {
            _ = rune.Value switch
            {
                '&' => text.Append("&amp;"),
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '"' => text.Append("&quot;"),
                '\'' => text.Append("&apos;"),
                // A parser normalizes them in attributes, and line breaks everywhere, unless they are references.
                '\t' or '\n' or '\r' => text.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};"),
                < 0x20 or 0xfffe or 0xffff => throw new ArgumentException($"XML cannot express the character U+{rune.Value:X4}."),
                >= 0x7f => text.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};"),
                _ => text.Append((char)rune.Value),
            };
        }

        return text.ToString();
    }

    private static void RequireOneLine(string value, string what)
    {
        foreach (var rune in RunesOf(value))
        {
            if ((Rune.IsControl(rune) && rune.Value != '\t') || rune.Value is 0x2028 or 0x2029)
                throw new ArgumentException($"The character U+{rune.Value:X4} cannot be part of {what}.");
        }
    }

    private static IEnumerable<Rune> RunesOf(string value)
    {
        for (var at = 0; at < value.Length;)
        {
            if (!Rune.TryGetRuneAt(value, at, out var rune)) throw new ArgumentException("The text has half a surrogate pair.");
            at += rune.Utf16SequenceLength;
            yield return rune;
        }
    }
}
