using System.Text;

namespace Maas.Images;

/// <summary>
/// Names between bytes and strings. Disk names are any bytes but <c>/</c> and NUL and by custom UTF-8; a byte
/// that is not part of valid UTF-8 becomes U+DC00 + byte (a lone surrogate, which no valid name can hold) and back.
/// </summary>
/// <remarks>
/// Every tree, builder and extraction of this library keeps names so. The file classes of .NET do not: they write a lone surrogate as a
/// question mark.
/// </remarks>
/// <example>
/// <code>
/// var entry = tree.Find(FileName.Decode([0x63, 0x61, 0x66, 0xE9])); // caf and the byte E9, Latin-1 for an e with an acute accent
/// Console.WriteLine(FileName.Printable(entry.Path));              // caf?
/// </code>
/// </example>
public static class FileName
{
    private const char Escape = '\uDC00';

    /// <summary>The string for a name's bytes.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                used = 1;
                text.Append((char)(Escape + bytes[0]));
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a name.</summary>
    /// <exception cref="ArgumentException">It holds a lone surrogate that stands for no byte.</exception>
    public static byte[] Encode(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!name.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return Encoding.UTF8.GetBytes(name);

        var bytes = new List<byte>(name.Length * 2);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < name.Length; i++)
        {
            if (Rune.TryGetRuneAt(name, i, out var rune))
            {
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
                if (rune.Utf16SequenceLength == 2) i++;
            }
            else if (name[i] is >= Escape and <= (char)(Escape + 0xFF))
            {
                bytes.Add((byte)(name[i] - Escape));
            }
            else
            {
                throw new ArgumentException("The name holds a lone surrogate that stands for no byte.", nameof(name));
            }
        }

        return [.. bytes];
    }

    /// <summary>Whether a name holds a byte that is not UTF-8.</summary>
    internal static bool HasEscapes(string name)
    {
        var rest = name.AsSpan();
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out var used) != System.Buffers.OperationStatus.Done) return true;
            rest = rest[(at + used)..];
        }

        return false;
    }

    /// <summary>
    /// A name, or any other untrusted text, for display: control characters, which could steer a terminal, characters that turn
    /// the direction of writing, and bytes that are not UTF-8 become question marks.
    /// </summary>
    public static string Printable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Any(IsHidden) && !HasEscapes(text)) return text;
        var shown = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || (rune.IsBmp && IsHidden(text[i])))
            {
                shown.Append('?');
                continue;
            }

            shown.Append(rune.ToString());
            i += rune.Utf16SequenceLength - 1;
        }

        return shown.ToString();
    }

    private static bool IsHidden(char character) =>
        char.IsControl(character)
            || character is (>= '\u200E' and <= '\u200F') or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>A name read from a directory; one that could leave its directory marks the image as hostile.</summary>
    internal static string Checked(string name, string structure, long offset) =>
        IsProper(name) ? name : throw new InvalidImageException(structure, "a name is empty, a dot name, or holds a slash or NUL", offset);

    internal static bool IsProper(string name) =>
        name.Length != 0 && name is not ("." or "..") && !name.AsSpan().ContainsAny('/', '\0');
}
