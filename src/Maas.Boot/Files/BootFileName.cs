using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Maas.Boot.Files;

/// <summary>The one place where names that clients send become the keys that <see cref="IBootFiles"/> is asked with.</summary>
/// <remarks>
/// What real clients send and what becomes of it:
/// <list type="table">
/// <item><term>trailing NUL, 0xFF, blanks</term><description>cut: firmware that reads DHCP option 67 past its end asks for
/// <c>name\xFF</c></description></item>
/// <item><term>backslashes</term><description>become slashes: Windows' boot programs ask for <c>\Boot\BCD</c></description></item>
/// <item><term>leading and double slashes, <c>.</c> segments</term><description>dropped: GRUB asks for <c>//grub/grub.cfg</c>, pxelinux for
/// <c>/name</c></description></item>
/// <item><term>colons</term><description>kept: MAAS's GRUB asks for <c>grub/grub.cfg-52:54:00:12:34:56</c></description></item>
/// <item><term>upper case</term><description>kept; the implementation that looks the key up decides (<see cref="DirectoryBootFiles"/>
/// prefers the exact name, then ignores case)</description></item>
/// </list>
/// Refused, never repaired: segments made of dots alone (<c>..</c>, <c>...</c>), the beginnings of drives and URLs
/// (<c>C:</c>, <c>http:</c>) colons that are not between letters or digits, on Windows any colon
/// (<c>name::$DATA</c>, a stream of a file), control characters, bytes that are not well-formed UTF-8 (overlong forms), segments that end
/// in a dot or blank, and more than
/// <see cref="MaxLength"/> bytes. Percent signs mean nothing: <c>%2e%2e</c> is four odd letters.
/// </remarks>
public static class BootFileName
{
    /// <summary>The longest name accepted, in bytes as sent.</summary>
    public const int MaxLength = 512;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes a key of a name as it came over the wire.</summary>
    /// <param name="wire">The bytes of the name, without the terminating NUL; a NUL inside ends it.</param>
    /// <param name="name">The key: forward slashes, no leading slash, no empty, <c>.</c> or <c>..</c> segment.</param>
    /// <param name="refusal">Why the name is refused, in words for the client's screen and the log; never holds the name.</param>
    public static bool TryNormalize(ReadOnlySpan<byte> wire, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? refusal)
    {
        name = null;
        var end = wire.IndexOf((byte)0);
        if (end >= 0) wire = wire[..end];
        wire = wire.TrimEnd([(byte)0xFF, (byte)' ', (byte)'\r', (byte)'\n', (byte)'\t']);
        if (wire.Length > MaxLength) return Refuse($"the name is longer than {MaxLength} bytes", out refusal);

        string text;
        try
        {
            text = Strict.GetString(wire);
        }
        catch (DecoderFallbackException)
        {
            return Refuse("the name is not well-formed UTF-8", out refusal);
        }

        var key = new StringBuilder(text.Length);
        foreach (var segment in text.Replace('\\', '/').Split('/'))
        {
            if (segment is "" or ".") continue;
            if (!segment.AsSpan().ContainsAnyExcept('.')) return Refuse("the name leaves its directory", out refusal);
            if (segment[^1] is '.' or ' ') return Refuse("a part of the name ends in a dot or a blank", out refusal);
            for (var i = 0; i < segment.Length; i++)
            {
                if (char.IsControl(segment[i])) return Refuse("the name holds a control character", out refusal);
                if (segment[i] == ':' && !IsPlainColon(segment, i))
                    return Refuse("the name holds a colon that is not between letters or digits", out refusal);
            }

            if (key.Length == 0 && IsDriveOrScheme(segment))
                return Refuse("the name begins with a drive or with the scheme of a URL", out refusal);

            if (key.Length > 0) key.Append('/');
            key.Append(segment);
        }

        if (key.Length == 0) return Refuse("the name is empty", out refusal);
        name = key.ToString();
        refusal = null;
        return true;
    }

    /// <summary>Makes a key of a name that arrived as text, such as a decoded path of a URL.</summary>
    /// <param name="text">The name.</param>
    /// <param name="name">The key.</param>
    /// <param name="refusal">Why the name is refused.</param>
    public static bool TryNormalize(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? refusal) =>
        TryNormalize(Encoding.UTF8.GetBytes(text), out name, out refusal);

    // A stream of a file on Windows (name:stream, name::$DATA) is nothing that a boot file's name could mean elsewhere either.
    private static bool IsPlainColon(string segment, int at) =>
        !OperatingSystem.IsWindows()
            && at > 0
            && at < segment.Length - 1
            && char.IsAsciiLetterOrDigit(segment[at - 1])
            && char.IsAsciiLetterOrDigit(segment[at + 1]);

    private static bool IsDriveOrScheme(string segment) =>
        segment[^1] == ':' || (segment.Length > 1 && segment[1] == ':' && char.IsAsciiLetter(segment[0]));

    private static bool Refuse(string reason, out string refusal)
    {
        refusal = reason;
        return false;
    }
}
