using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// What a server knows a client by: option 61 (RFC 2131 section 4.2, RFC 4361), or without it the hardware type and address,
/// which is just what clients that make a plain identifier of their hardware address put there. So a ROM that
/// sends none and the iPXE it loads, which does, are one client.
/// </summary>
/// <remarks><see langword="default"/> is the empty identifier, which no client has.</remarks>
[JsonConverter(typeof(ClientIdentifierJsonConverter)), TypeConverter(typeof(TextTypeConverter<ClientIdentifier>))]
public readonly struct ClientIdentifier : IEquatable<ClientIdentifier>, ISpanParsable<ClientIdentifier>
{
    private const int ShortestOption = 2; // RFC 2132 section 9.14: a type and at least one octet

    private const int LongestOption = 255; // its length is one octet

    private readonly byte[]? _octets;

    /// <summary>Makes an identifier of its octets, which are copied.</summary>
    public ClientIdentifier(ReadOnlySpan<byte> octets) => _octets = octets.ToArray();

    /// <summary>The octets.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Reads octets in hexadecimal, with colons or without; none for the empty identifier.</summary>
    /// <exception cref="FormatException">The text is not that, or longer than an option.</exception>
    public static ClientIdentifier Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var identifier)
            ? identifier
            : throw new FormatException($"'{text}' is no client identifier such as 01:52:54:00:12:34:56.");

    /// <summary>Reads octets in hexadecimal, with colons or without; none for the empty identifier.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ClientIdentifier identifier)
    {
        Span<byte> octets = stackalloc byte[LongestOption];
        var digits = text.ToString().Replace(":", "", StringComparison.Ordinal);
        var right = Convert.FromHexString(digits, octets, out _, out var length) == OperationStatus.Done;
        identifier = right ? new ClientIdentifier(octets[..length]) : default;
        return right;
    }

    /// <summary>The identifier of a message's sender.</summary>
    public static ClientIdentifier Of(DhcpMessage message)
    {
        Span<byte> buffer = stackalloc byte[17];
        return new ClientIdentifier(OctetsOf(message, buffer));
    }

    /// <summary>Whether the message was sent by this client.</summary>
    public bool Matches(DhcpMessage message)
    {
        Span<byte> buffer = stackalloc byte[17];
        return OctetsOf(message, buffer).SequenceEqual(Octets);
    }

    /// <inheritdoc/>
    public bool Equals(ClientIdentifier other) => Octets.SequenceEqual(other.Octets);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ClientIdentifier other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => OctetKey.Hash(Octets);

    /// <summary>The octets in hexadecimal, with colons.</summary>
    public override string ToString() => Convert.ToHexStringLower(Octets) is var hex && hex.Length == 0
        ? ""
        : string.Join(':', Enumerable.Range(0, hex.Length / 2).Select(i => hex.Substring(i * 2, 2)));

    /// <summary>Whether both are the same octets.</summary>
    public static bool operator ==(ClientIdentifier left, ClientIdentifier right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ClientIdentifier left, ClientIdentifier right) => !left.Equals(right);

    /// <summary>
    /// The octets that identify a message's sender, without allocating. An option of fewer than two octets identifies no client (RFC 2132
    /// section 9.14).
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="buffer">17 octets of room.</param>
    internal static ReadOnlySpan<byte> OctetsOf(DhcpMessage message, Span<byte> buffer)
    {
        if (message.Options.TryGet(DhcpOptionCode.ClientIdentifier, out var option) && option.Length >= ShortestOption) return option;
        buffer[0] = message.Hardware.Type;
        return buffer[..(1 + message.Hardware.CopyTo(buffer[1..]))];
    }

    /// <summary>Finds an identifier in a dictionary by its octets.</summary>
    internal sealed class Comparer : IEqualityComparer<ClientIdentifier>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ClientIdentifier>
    {
        public static readonly Comparer Instance = new();

        public bool Equals(ClientIdentifier x, ClientIdentifier y) => x.Equals(y);

        public int GetHashCode(ClientIdentifier obj) => obj.GetHashCode();

        public bool Equals(ReadOnlySpan<byte> alternate, ClientIdentifier other) => alternate.SequenceEqual(other.Octets);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => OctetKey.Hash(alternate);

        public ClientIdentifier Create(ReadOnlySpan<byte> alternate) => new(alternate);
    }

    static ClientIdentifier IParsable<ClientIdentifier>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<ClientIdentifier>.TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out ClientIdentifier result) =>
        TryParse(s, out result);

    static ClientIdentifier ISpanParsable<ClientIdentifier>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<ClientIdentifier>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ClientIdentifier result) =>
        TryParse(s, out result);
}
