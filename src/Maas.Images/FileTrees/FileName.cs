using System.Text;

namespace Maas.Images.FileTrees;

/// <summary>
/// Names between bytes and strings. Disk names are any bytes but <c>/</c> and NUL and by custom UTF-8; a byte
/// that is not part of valid UTF-8 becomes U+DC00 + byte (a lone surrogate, which no valid name can hold) and back.
/// </summary>
internal static class FileName
{
    private const char Escape = '\uDC00';

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

    public static byte[] Encode(string name)
    {
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

    /// <summary>A name read from a directory; one that could leave its directory marks the image as hostile.</summary>
    public static string Checked(string name, string structure, long offset) =>
        IsProper(name) ? name : throw new InvalidImageException(structure, "a name is empty, a dot name, or holds a slash or NUL", offset);

    public static bool IsProper(string name) =>
        name.Length != 0 && name is not ("." or "..") && !name.AsSpan().ContainsAny('/', '\0');
}
