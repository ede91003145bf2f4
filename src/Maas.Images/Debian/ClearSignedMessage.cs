using System.Text;
using Maas.Images.Downloads;

namespace Maas.Images.Debian;

/// <summary>Takes a clear-signed message apart (RFC 9580 section 7): only what the signature covers comes out as text.</summary>
internal static class ClearSignedMessage
{
    private const string Begin = "-----BEGIN PGP SIGNED MESSAGE-----";
    private const string SignatureBegin = "-----BEGIN PGP SIGNATURE-----";
    private const string SignatureEnd = "-----END PGP SIGNATURE-----";

    public static (string Text, byte[] Armor) Split(string message, string file)
    {
        var lines = message.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        if (lines[0].TrimEnd() != Begin) throw new UntrustedArchiveException(file, "it is not clear-signed");

        // Armor headers (only "Hash:" is defined) up to the first empty line.
        var start = 1;
        while (start < lines.Length && lines[start].Length > 0)
        {
            if (!lines[start].StartsWith("Hash:", StringComparison.Ordinal))
                throw new UntrustedArchiveException(file, "its armor has a header other than Hash");
            start++;
        }

        start++;
        var end = Array.FindIndex(lines, Math.Min(start, lines.Length), line => line.TrimEnd() == SignatureBegin);
        var last = end < 0 ? -1 : Array.FindIndex(lines, end, line => line.TrimEnd() == SignatureEnd);
        if (last < 0) throw new UntrustedArchiveException(file, "it has no signature");
        if (lines[(last + 1)..].Any(line => !string.IsNullOrWhiteSpace(line)))
            throw new UntrustedArchiveException(file, "something follows its signature");

        var text = new StringBuilder();
        foreach (var line in lines[start..end])
        {
            // Section 7.1, dash escaping. A line that begins with a dash and is not escaped is no part of a well-formed message.
            if (line.StartsWith('-') && !line.StartsWith("- ", StringComparison.Ordinal))
                throw new UntrustedArchiveException(file, "a line is not dash-escaped");
            text.Append(line.StartsWith("- ", StringComparison.Ordinal) ? line[2..] : line).Append('\n');
        }

        return (text.ToString(), Encoding.ASCII.GetBytes(string.Join('\n', lines[end..(last + 1)]) + "\n"));
    }

    /// <summary>What is hashed: lines without trailing blanks, joined by CR LF, without the last line end.</summary>
    public static byte[] Canonical(string text) =>
        Encoding.UTF8.GetBytes(
            string.Join("\r\n", text[..^(text.EndsWith('\n') ? 1 : 0)].Split('\n').Select(line => line.TrimEnd(' ', '\t', '\r'))));
}
