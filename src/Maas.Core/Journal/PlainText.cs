using System.Text;

namespace Maas.Core.Journal;

/// <summary>Text that came from a machine or off the wire, made fit to be stored and shown.</summary>
internal static class PlainText
{
    /// <summary>Without control characters and blanks around it, and at most <paramref name="longest"/> long.</summary>
    public static string From(string text, int longest)
    {
        var clean = new StringBuilder();
        foreach (var letter in text.EnumerateRunes())
        {
            if (clean.Length + letter.Utf16SequenceLength > longest) break;
            if (!Rune.IsControl(letter)) clean.Append(letter.ToString());
            else if (Rune.IsWhiteSpace(letter)) clean.Append(' ');
        }

        return clean.ToString().Trim();
    }
}
