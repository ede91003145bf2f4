using System.Text;

namespace Maas.Boot.Dns;

/// <summary>Domain names between the wire and text (RFC 1035 sections 3.1 and 5.1).</summary>
/// <remarks>
/// Text is lower case without the final dot. An octet that is no letter, digit, <c>-</c>, <c>_</c> or <c>/</c> is written <c>\DDD</c>, so
/// two names are equal exactly when their texts are.
/// </remarks>
internal static class DnsName
{
    /// <summary>The longest name on the wire, the length octets and the root included.</summary>
    public const int MaxLength = 255;

    /// <summary>The longest text of a name: four characters for each octet.</summary>
    public const int MaxTextLength = 4 * MaxLength;

    /// <summary>A pointer to the name of the question, which begins behind the header of each message (RFC 1035 section 4.1.4).</summary>
    public static ReadOnlySpan<byte> OfQuestion => [0xc0, DnsQuery.HeaderLength];

    /// <summary>
    /// Measures an uncompressed name; <see langword="false"/> when it runs past the end, is longer than 255 octets, or is compressed.
    /// </summary>
    /// <param name="wire">Begins with the name.</param>
    /// <param name="length">How many octets it takes, the root included.</param>
    public static bool TryMeasure(ReadOnlySpan<byte> wire, out int length)
    {
        length = 0;
        while (length < wire.Length && length < MaxLength)
        {
            var size = wire[length++];
            if (size == 0) return true;
            // The two high bits mark a pointer (section 4.1.4). A question has nothing before it to point to.
            if (size > 63 || size > wire.Length - length) return false;
            length += size;
        }

        return false;
    }

    /// <summary>Reads a name that <see cref="TryMeasure"/> accepted.</summary>
    /// <param name="wire">Begins with the name.</param>
    /// <param name="text">Receives the text; <see cref="MaxTextLength"/> characters suffice.</param>
    /// <returns>The length of the text.</returns>
    public static int Read(ReadOnlySpan<byte> wire, Span<char> text)
    {
        var (at, written) = (0, 0);
        while (wire[at] is not 0 and var size)
        {
            if (written > 0) text[written++] = '.';
            foreach (var octet in wire.Slice(at + 1, size)) written += Write(octet, text[written..]);
            at += 1 + size;
        }

        return written;
    }

    /// <summary>Steps over a name that may be compressed; <see langword="false"/> when it runs past the end.</summary>
    public static bool TrySkip(ReadOnlySpan<byte> message, ref int at)
    {
        while (at < message.Length)
        {
            var size = message[at++];
            if (size == 0) return true;
            if ((size & 0xc0) == 0xc0)
            {
                at++;
                return at <= message.Length;
            }

            if (size > 63) return false;
            at += size;
        }

        return false;
    }

    /// <summary>Writes a name without compression.</summary>
    /// <param name="text">Labels of 1 to 63 ASCII characters, separated by dots, without escapes.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> octets.</param>
    /// <returns>How many octets were written; -1 when the wire cannot carry the name.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<byte> destination)
    {
        text = text.TrimEnd('.');
        var at = 0;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf('.');
            var label = end < 0 ? text : text[..end];
            if (label.Length is 0 or > 63 || at + label.Length + 2 > Math.Min(MaxLength, destination.Length) || !Ascii.IsValid(label))
                return -1;
            destination[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, destination[at..]);
            text = end < 0 ? [] : text[(end + 1)..];
        }

        destination[at++] = 0;
        return at;
    }

    /// <summary>A name on the wire.</summary>
    /// <exception cref="ArgumentException">The wire cannot carry the name.</exception>
    public static byte[] ToWire(string text)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        var length = Write(text, buffer);
        return length > 0
            ? buffer[..length].ToArray()
            : throw new ArgumentException(
                $"'{text}' is not a domain name: labels have 1 to 63 ASCII characters, 255 octets in all.", nameof(text));
    }

    /// <summary>Whether <paramref name="name"/> is <paramref name="zone"/> or below it.</summary>
    public static bool IsIn(ReadOnlySpan<char> name, ReadOnlySpan<char> zone) =>
        name.EndsWith(zone, StringComparison.Ordinal) && (name.Length == zone.Length || name[^(zone.Length + 1)] == '.');

    private static int Write(byte octet, Span<char> text)
    {
        var c = char.ToLowerInvariant((char)octet);
        if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/')
        {
            text[0] = c;
            return 1;
        }

        text[0] = '\\';
        octet.TryFormat(text[1..], out _, "000", System.Globalization.CultureInfo.InvariantCulture);
        return 4;
    }
}
