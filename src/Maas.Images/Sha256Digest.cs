using System.ComponentModel;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Maas.Images;

/// <summary>
/// The name of a blob: the SHA-256 of its bytes. <see langword="default"/> is the digest of 32 zero bytes, which no content has.
/// </summary>
[JsonConverter(typeof(Sha256DigestJsonConverter)), TypeConverter(typeof(TextTypeConverter<Sha256Digest>))]
public readonly record struct Sha256Digest : ISpanParsable<Sha256Digest>
{
    /// <summary>Bytes of a SHA-256.</summary>
    private const int Size = SHA256.HashSizeInBytes;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private Sha256Digest(ReadOnlySpan<byte> hash)
    {
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]);
    }

    /// <summary>The digest of 64 hexadecimal digits, in either case.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Sha256Digest Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException("A blob's digest is 64 hexadecimal digits.");

    /// <summary>The digest of 64 hexadecimal digits, or false.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Sha256Digest digest)
    {
        Span<byte> hash = stackalloc byte[Size];
        var right = text.Length == Size * 2
            && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done;
        digest = right ? new Sha256Digest(hash) : default;
        return right;
    }

    /// <summary>The digest that these 32 bytes are.</summary>
    public static Sha256Digest FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, Size);
        return new Sha256Digest(hash);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_high:x32}{_low:x32}";

    static Sha256Digest IParsable<Sha256Digest>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Sha256Digest>.TryParse(string? s, IFormatProvider? provider, out Sha256Digest result) => TryParse(s, out result);

    static Sha256Digest ISpanParsable<Sha256Digest>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<Sha256Digest>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Sha256Digest result) =>
        TryParse(s, out result);
}
