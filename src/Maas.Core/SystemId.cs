using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Maas.Core;

/// <summary>
/// A machine's name for the API: six characters of MAAS's alphabet (<c>4y3h7n</c>). The form of MAAS 1.x, <c>node-</c> and a
/// UUID, is read and kept too. The default value is empty and names no machine.
/// </summary>
[JsonConverter(typeof(SystemIdJsonConverter)), TypeConverter(typeof(TextTypeConverter<SystemId>))]
public readonly record struct SystemId : ISpanParsable<SystemId>
{
    /// <summary>MAAS's alphabet: digits and lower-case letters without those that are easily mistaken for another.</summary>
    private const string Alphabet = "34678abcdefghkmnpqrstwxy";

    private const string LongPrefix = "node-";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);
    private readonly string? _text;

    private SystemId(string text) => _text = text;

    /// <summary>
    /// A new id, drawn at random. 191 million exist: the store refuses the rare one that is taken and the caller draws again.
    /// </summary>
    public static SystemId New() => new(RandomNumberGenerator.GetString(Alphabet, 6));

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">It is neither six characters of the alphabet nor <c>node-</c> and a UUID.</exception>
    public static SystemId Parse(ReadOnlySpan<char> s) =>
        TryParse(s, out var id) ? id : throw new FormatException("Not a system id.");

    /// <summary>Reads an id; <see langword="false"/> for anything that cannot be one.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, out SystemId id)
    {
        id = default;
        if (s.Length == 6 && !s.ContainsAnyExcept(Letters))
        {
            id = new SystemId(s.ToString());
            return true;
        }

        if (!s.StartsWith(LongPrefix, StringComparison.Ordinal) || !Guid.TryParseExact(s[LongPrefix.Length..], "D", out var uuid))
            return false;
        id = new SystemId(LongPrefix + uuid.ToString("D"));
        return true;
    }

    /// <summary>The id as written in URLs; empty for the default value.</summary>
    public override string ToString() => _text ?? "";

    static SystemId ISpanParsable<SystemId>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<SystemId>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out SystemId result) =>
        TryParse(s, out result);

    static SystemId IParsable<SystemId>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<SystemId>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SystemId result) =>
        TryParse(s, out result);
}
