using System.Buffers;
using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>
/// A DHCP unique identifier (RFC 8415 section 11): what DHCPv6 clients and servers call themselves. It belongs to the machine (or to its
/// operating system), not to an interface.
/// </summary>
/// <remarks><see langword="default"/> is empty; no client or server has it.</remarks>
[JsonConverter(typeof(DuidJsonConverter)), TypeConverter(typeof(TextTypeConverter<Duid>))]
public readonly struct Duid : IEquatable<Duid>, ISpanParsable<Duid>
{
    /// <summary>The longest: a type and 128 octets.</summary>
    public const int MaxLength = 130;

    private const ushort LinkLayerAndTime = 1, LinkLayer = 3, Uuid = 4;

    private readonly byte[]? _octets;

    /// <summary>Makes an identifier of its octets, type included, which are copied.</summary>
    /// <exception cref="ArgumentException">There are fewer than 3 or more than <see cref="MaxLength"/> octets.</exception>
    public Duid(ReadOnlySpan<byte> octets)
    {
        if (!IsLength(octets.Length)) throw new ArgumentException($"A DUID has 3 to {MaxLength} octets.", nameof(octets));
        _octets = octets.ToArray();
    }

    /// <summary>The octets, type included.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>
    /// The hardware address within, of types 1 and 3 (that of any of the machine's interfaces); <see langword="null"/> in others.
    /// </summary>
    public HardwareAddress? Hardware => (Type, Octets.Length) switch
    {
        (LinkLayerAndTime, > 8 and <= 24) => new HardwareAddress(Octets[3], Octets[8..]),
        (LinkLayer, > 4 and <= 20) => new HardwareAddress(Octets[3], Octets[4..]),
        _ => null,
    };

    /// <summary>The UUID within, of type 4 (RFC 6355), read as big-endian; <see langword="null"/> in others.</summary>
    public Guid? MachineUuid => Type == Uuid && Octets.Length == 18 ? new Guid(Octets[2..], bigEndian: true) : null;

    private int Type => Octets.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(Octets);

    /// <summary>An identifier made of a hardware address alone (type 3).</summary>
    public static Duid Of(HardwareAddress hardware)
    {
        Span<byte> octets = stackalloc byte[20];
        octets.Clear();
        octets[1] = (byte)LinkLayer;
        octets[3] = hardware.Type;
        return new Duid(octets[..(4 + hardware.CopyTo(octets[4..]))]);
    }

    /// <summary>An identifier made of a UUID (type 4).</summary>
    public static Duid Of(Guid uuid)
    {
        Span<byte> octets = stackalloc byte[18];
        octets[0] = 0;
        octets[1] = (byte)Uuid;
        uuid.TryWriteBytes(octets[2..], bigEndian: true, out _);
        return new Duid(octets);
    }

    /// <summary>Reads hexadecimal octets with colons or without.</summary>
    /// <exception cref="FormatException">The text is no such identifier.</exception>
    public static Duid Parse(string text) =>
        TryParse(text, out var identifier)
            ? identifier
            : throw new FormatException($"'{text}' is no DUID: 3 to {MaxLength} octets in hexadecimal.");

    /// <summary>Reads hexadecimal octets with colons or without.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Duid identifier)
    {
        var digits = text?.Replace(":", "", StringComparison.Ordinal) ?? "";
        Span<byte> octets = stackalloc byte[MaxLength];
        var right = Convert.FromHexString(digits, octets, out _, out var length) == OperationStatus.Done && IsLength(length);
        identifier = right ? new Duid(octets[..length]) : default;
        return right;
    }

    /// <inheritdoc/>
    public bool Equals(Duid other) => Octets.SequenceEqual(other.Octets);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Duid other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Octets);
        return hash.ToHashCode();
    }

    /// <summary>The octets in hexadecimal, with colons.</summary>
    public override string ToString() =>
        string.Join(':', Octets.ToArray().Select(o => o.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Whether both are the same octets.</summary>
    public static bool operator ==(Duid left, Duid right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Duid left, Duid right) => !left.Equals(right);

    internal static bool IsLength(int length) => length is >= 3 and <= MaxLength;

    static Duid IParsable<Duid>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Duid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Duid result) =>
        TryParse(s, out result);

    static Duid ISpanParsable<Duid>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString());

    static bool ISpanParsable<Duid>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Duid result) =>
        TryParse(s.ToString(), out result);
}
