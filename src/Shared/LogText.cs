using System.Globalization;
using System.Text;

namespace Maas;

/// <summary>
/// Text from outside (a request's path, a machine's words, a management controller's output), made fit for a log line, an event or a
/// terminal. Control characters could end the line or command the terminal; format characters (Unicode category Cf: bidirectional
/// overrides, zero-width characters) make a line read differently from what it says.
/// </summary>
internal static class LogText
{
    private const int Longest = 500;

    /// <summary>
    /// The text without control and format characters and without blanks around it, at most <paramref name="longest"/> UTF-16 units long.
    /// </summary>
    public static string From(string? text, int longest = Longest)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text.Length <= longest && Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.Contains('\x7f'))
            return text.Trim();
        var clean = new StringBuilder();
        foreach (var letter in text.EnumerateRunes())
        {
            if (clean.Length + letter.Utf16SequenceLength > longest) break;
            switch (Rune.GetUnicodeCategory(letter))
            {
                case UnicodeCategory.Format:
                    break;
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    if (Rune.IsWhiteSpace(letter)) clean.Append(' ');
                    break;
                default:
                    clean.Append(letter.ToString());
                    break;
            }
        }

        return clean.ToString().Trim();
    }
}
