using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Maas.Images.Debian;

/// <summary>
/// A package version, ordered as dpkg orders them (deb-version(7)): epoch, upstream part, revision; <c>~</c> sorts before the end.
/// </summary>
[JsonConverter(typeof(DebianVersionJsonConverter)), TypeConverter(typeof(TextTypeConverter<DebianVersion>))]
public readonly record struct DebianVersion : IComparable<DebianVersion>, ISpanParsable<DebianVersion>
{
    private readonly string? _text;

    private DebianVersion(string text) => _text = text;

    /// <summary>Takes a version as written. Any text has a place in the order, so nothing is refused but the empty one.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is empty or holds a blank.</exception>
    public static DebianVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException("A version is not empty and holds no blank.");

    /// <summary>Takes a version as written; <see langword="false"/> for the empty text and one that holds a blank.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DebianVersion version)
    {
        version = string.IsNullOrEmpty(text) || text.Any(char.IsWhiteSpace) ? default : new(text);
        return version._text is not null;
    }

    /// <inheritdoc/>
    public int CompareTo(DebianVersion other)
    {
        var (epoch, upstream, revision) = Parts(_text ?? "");
        var (otherEpoch, otherUpstream, otherRevision) = Parts(other._text ?? "");
        var order = Compare(epoch, otherEpoch);
        if (order == 0) order = Compare(upstream, otherUpstream);
        return order != 0 ? order : Compare(revision, otherRevision);
    }

    /// <summary>Whether the left version is older.</summary>
    public static bool operator <(DebianVersion left, DebianVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left version is newer.</summary>
    public static bool operator >(DebianVersion left, DebianVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left version is not newer.</summary>
    public static bool operator <=(DebianVersion left, DebianVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left version is not older.</summary>
    public static bool operator >=(DebianVersion left, DebianVersion right) => left.CompareTo(right) >= 0;

    /// <summary>The version as written.</summary>
    public override string ToString() => _text ?? "";

    private static (string Epoch, string Upstream, string Revision) Parts(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var rest = colon < 0 ? text : text[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return (colon < 0 ? "0" : text[..colon], dash < 0 ? rest : rest[..dash], dash < 0 ? "" : rest[(dash + 1)..]);
    }

    // deb-version(7), "Sorting algorithm": by turns a run without digits, compared by character, and a run of digits, compared as a number.
    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while ((!left.IsEmpty && !char.IsAsciiDigit(left[0])) || (!right.IsEmpty && !char.IsAsciiDigit(right[0])))
            {
                var order = Weight(left).CompareTo(Weight(right));
                if (order != 0) return order;
                left = left.IsEmpty ? left : left[1..];
                right = right.IsEmpty ? right : right[1..];
            }

            var digits = Number(ref left);
            var otherDigits = Number(ref right);
            var byLength = digits.Length.CompareTo(otherDigits.Length);
            if (byLength != 0) return byLength;
            var byDigits = digits.SequenceCompareTo(otherDigits);
            if (byDigits != 0) return byDigits;
        }

        return 0;
    }

    private static int Weight(ReadOnlySpan<char> text) => text switch
    {
        ['~', ..] => -1,
        [] => 0,
        [var digit, ..] when char.IsAsciiDigit(digit) => 0,
        [var letter, ..] when char.IsAsciiLetter(letter) => letter,
        [var other, ..] => other + 256,
    };

    private static ReadOnlySpan<char> Number(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        if (length < 0) length = text.Length;
        var digits = text[..length].TrimStart('0');
        text = text[length..];
        return digits;
    }

    static DebianVersion IParsable<DebianVersion>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<DebianVersion>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DebianVersion result) =>
        TryParse(s, out result);

    static DebianVersion ISpanParsable<DebianVersion>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString());

    static bool ISpanParsable<DebianVersion>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out DebianVersion result) =>
        TryParse(s.ToString(), out result);
}
