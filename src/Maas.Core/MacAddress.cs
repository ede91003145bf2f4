using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Maas.Core;

/// <summary>
/// An Ethernet address of six octets, the way a machine is known before it has any other name. Read in the notations
/// <c>aa:bb:cc:dd:ee:ff</c>, <c>aa-bb-cc-dd-ee-ff</c>, <c>aabb.ccdd.eeff</c> and <c>aabbccddeeff</c>, in either case;
/// written as the first. The default value is all zeros.
/// </summary>
[JsonConverter(typeof(MacAddressJsonConverter)), TypeConverter(typeof(TextTypeConverter<MacAddress>))]
public readonly record struct MacAddress : ISpanParsable<MacAddress>
{
    private readonly ulong _bits;

    private MacAddress(ulong bits) => _bits = bits;

    /// <summary>
    /// Whether the address names one interface: not all zeros, and not a group address (IEEE 802, the lowest bit of the first octet).
    /// </summary>
    public bool IsUnicast => _bits != 0 && (_bits & 0x0100_0000_0000) == 0;

    /// <summary>The address of the given six octets.</summary>
    /// <exception cref="ArgumentException">There are not exactly six.</exception>
    public static MacAddress From(ReadOnlySpan<byte> octets)
    {
        if (octets.Length != 6) throw new ArgumentException("An Ethernet address has six octets.", nameof(octets));
        ulong value = 0;
        foreach (var octet in octets) value = (value << 8) | octet;
        return new MacAddress(value);
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is in none of the four notations.</exception>
    public static MacAddress Parse(ReadOnlySpan<char> s) =>
        TryParse(s, out var address) ? address : throw new FormatException("Not an Ethernet address.");

    /// <summary>Reads an address; <see langword="false"/> for anything in none of the four notations.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, out MacAddress address)
    {
        address = default;
        var (group, separator) = s.Length switch
        {
            12 => (12, '\0'),
            14 => (4, '.'),
            17 => (2, s[2]),
            _ => (0, '\0'),
        };
        if (group == 0 || (group == 2 && separator is not (':' or '-'))) return false;

        ulong value = 0;
        for (var i = 0; i < s.Length; i++)
        {
            if (i % (group + 1) == group)
            {
                if (s[i] != separator) return false;
            }
            else
            {
                if (!char.IsAsciiHexDigit(s[i])) return false;
                value = (value << 4) | (uint)Convert.ToInt32(s[i].ToString(), 16);
            }
        }

        address = new MacAddress(value);
        return true;
    }

    /// <summary>The canonical notation: lower case, colons.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(byte)(_bits >> 40):x2}:{(byte)(_bits >> 32):x2}:{(byte)(_bits >> 24):x2}" +
            $":{(byte)(_bits >> 16):x2}:{(byte)(_bits >> 8):x2}:{(byte)_bits:x2}");

    /// <summary>The twelve digits without separators, as in a generated host name.</summary>
    public string ToCompactString() => _bits.ToString("x12", CultureInfo.InvariantCulture);

    static MacAddress ISpanParsable<MacAddress>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<MacAddress>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out MacAddress result) =>
        TryParse(s, out result);

    static MacAddress IParsable<MacAddress>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<MacAddress>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MacAddress result) =>
        TryParse(s, out result);
}
