using System.Globalization;
using System.Text;

namespace Maas.Boot.Dns;

/// <summary>Domain names between the wire and text (RFC 1035 sections 3.1 and 5.1).</summary>
/// <remarks>Text is lower case without the final dot; an octet that is no letter, digit, <c>-</c>, <c>_</c> or <c>/</c> is written <c>\DDD</c>, so two names are the same when their texts are.</remarks>
internal static class DnsName
{
    /// <summary>The longest name on the wire, the length octets and the root included.</summary>
    public const int MaxLength = 255;

    /// <summary>Reads an uncompressed name.</summary>
    /// <param name="wire">Begins with the name.</param>
    /// <param name="text">The name.</param>
    /// <param name="length">How many octets it took.</param>
    public static bool TryRead(ReadOnlySpan<byte> wire, out string text, out int length)
    {
        (text, length) = ("", 0);
        var name = new StringBuilder();
        for (var at = 0; at < wire.Length && at < MaxLength;)
        {
            var size = wire[at++];
            if (size == 0)
            {
                (text, length) = (name.ToString(), at);
                return true;
            }

            // The two high bits mark a pointer (section 4.1.4); a question has nothing before it to point to.
            if (size > 63 || size > wire.Length - at) return false;
            if (name.Length > 0) name.Append('.');
            foreach (var octet in wire.Slice(at, size)) Append(name, octet);
            at += size;
        }

        return false;
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

    /// <summary>Writes a name without compression; returns how many octets it took, or -1 when it is no name that the wire can carry.</summary>
    /// <param name="text">Labels of 1 to 63 ASCII characters, separated by dots; no escapes.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> octets.</param>
    public static int Write(string text, Span<byte> destination)
    {
        var at = 0;
        foreach (var range in text.AsSpan().TrimEnd('.').Split('.'))
        {
            var label = text.AsSpan()[range];
            if (label.IsEmpty && text.Length == 0) break;
            if (label.Length is 0 or > 63 || at + label.Length + 2 > Math.Min(MaxLength, destination.Length) || !Ascii.IsValid(label)) return -1;
            destination[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, destination[at..]);
        }

        destination[at++] = 0;
        return at;
    }

    /// <summary>Whether <paramref name="name"/> is <paramref name="zone"/> or below it.</summary>
    public static bool IsIn(string name, string zone) =>
        name.Length == zone.Length ? name == zone : name.Length > zone.Length && name[^(zone.Length + 1)] == '.' && name.EndsWith(zone, StringComparison.Ordinal);

    private static void Append(StringBuilder name, byte octet)
    {
        var c = char.ToLowerInvariant((char)octet);
        if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/') name.Append(c);
        else name.Append(CultureInfo.InvariantCulture, $"\\{octet:000}");
    }
}
