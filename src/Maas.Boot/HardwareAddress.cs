using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Maas.Boot;

/// <summary>A link-layer address as DHCP carries it: a hardware type and up to 16 octets (RFC 2131 section 2, htype/hlen/chaddr).</summary>
/// <remarks><see langword="default"/> is the empty address of type 0, which no client has.</remarks>
[JsonConverter(typeof(HardwareAddressJsonConverter)), TypeConverter(typeof(TextTypeConverter<HardwareAddress>))]
public readonly struct HardwareAddress : IEquatable<HardwareAddress>, ISpanParsable<HardwareAddress>
{
    /// <summary>The hardware type of Ethernet (RFC 1700, "Address Resolution Protocol Parameters").</summary>
    public const byte Ethernet = 1;

    private readonly UInt128 _octets;

    /// <summary>Makes an address from its octets.</summary>
    /// <param name="type">The hardware type; 1 is Ethernet.</param>
    /// <param name="octets">0 to 16 octets.</param>
    /// <exception cref="ArgumentException">There are more than 16 octets.</exception>
    public HardwareAddress(byte type, ReadOnlySpan<byte> octets)
    {
        if (octets.Length > 16) throw new ArgumentException("A hardware address has at most 16 octets.", nameof(octets));
        Type = type;
        Length = (byte)octets.Length;
        foreach (var octet in octets) _octets = (_octets << 8) | octet;
    }

    /// <summary>The hardware type; 1 is Ethernet.</summary>
    public byte Type { get; }

    /// <summary>The number of octets, 0 to 16.</summary>
    public byte Length { get; }

    /// <summary>Writes the octets and returns how many there are.</summary>
    public int CopyTo(Span<byte> destination)
    {
        for (var i = 0; i < Length; i++) destination[i] = (byte)(_octets >> (8 * (Length - 1 - i)));
        return Length;
    }

    /// <summary>
    /// Reads Ethernet notation: <c>52:54:00:12:34:56</c>, or with dashes; addresses of other types with their number before, as <see
    /// cref="ToString"/> writes them.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out HardwareAddress address)
    {
        var slash = text.IndexOf('/');
        var type = Ethernet;
        address = default;
        if (slash >= 0 && !byte.TryParse(text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out type)) return false;
        var octets = text[(slash + 1)..];
        return slash >= 0 && octets.IsEmpty ? TryMake(type, [], out address) : TryParseOctets(type, octets, out address);
    }

    private static bool TryMake(byte type, ReadOnlySpan<byte> octets, out HardwareAddress address)
    {
        address = new HardwareAddress(type, octets);
        return true;
    }

    private static bool TryParseOctets(byte type, ReadOnlySpan<char> text, out HardwareAddress address)
    {
        address = default;
        if (text.Length is 0 or > 47 || (text.Length + 1) % 3 != 0) return false;
        Span<byte> octets = stackalloc byte[16];
        var count = (text.Length + 1) / 3;
        for (var i = 0; i < count; i++)
        {
            var at = i * 3;
            if (i > 0 && text[at - 1] is not (':' or '-')) return false;
            if (!byte.TryParse(text.Slice(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octets[i]))
                return false;
        }

        return TryMake(type, octets[..count], out address);
    }

    /// <summary>Reads Ethernet notation.</summary>
    /// <exception cref="FormatException">The text is no hardware address.</exception>
    public static HardwareAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address)
            ? address
            : throw new FormatException($"'{text}' is no hardware address such as 52:54:00:12:34:56.");

    /// <summary>
    /// Lower-case hexadecimal octets with colons; other types than Ethernet are prefixed by their number, as in <c>20/00:11:…</c>.
    /// </summary>
    public override string ToString()
    {
        Span<byte> octets = stackalloc byte[16];
        var text = string.Join(':', octets[..CopyTo(octets)].ToArray().Select(o => o.ToString("x2", CultureInfo.InvariantCulture)));
        return Type == Ethernet ? text : $"{Type}/{text}";
    }

    /// <inheritdoc/>
    public bool Equals(HardwareAddress other) => Type == other.Type && Length == other.Length && _octets == other._octets;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is HardwareAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Length, _octets);

    /// <summary>Whether both are the same type and octets.</summary>
    public static bool operator ==(HardwareAddress left, HardwareAddress right) => left.Equals(right);

    /// <summary>Whether they differ in type or octets.</summary>
    public static bool operator !=(HardwareAddress left, HardwareAddress right) => !left.Equals(right);

    static HardwareAddress IParsable<HardwareAddress>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<HardwareAddress>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out HardwareAddress result) =>
        TryParse(s, out result);

    static HardwareAddress ISpanParsable<HardwareAddress>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<HardwareAddress>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out HardwareAddress result) =>
        TryParse(s, out result);
}
