using System.Security.Cryptography;

namespace Maas.Images.Library;

/// <summary>
/// The name of a blob: the SHA-256 of its bytes. <see langword="default"/> is the digest of 32 zero bytes, which no content has.
/// </summary>
public readonly record struct BlobDigest : ISpanParsable<BlobDigest>
{
    /// <summary>Bytes of a SHA-256.</summary>
    private const int Size = SHA256.HashSizeInBytes;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private BlobDigest(ReadOnlySpan<byte> hash)
    {
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]);
    }

    /// <summary>The digest of 64 hexadecimal digits, in either case.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static BlobDigest Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException("A blob's digest is 64 hexadecimal digits.");

    /// <summary>The digest of 64 hexadecimal digits, or false.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out BlobDigest digest)
    {
        Span<byte> hash = stackalloc byte[Size];
        var right = text.Length == Size * 2
            && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done;
        digest = right ? new BlobDigest(hash) : default;
        return right;
    }

    /// <summary>The digest that these 32 bytes are.</summary>
    public static BlobDigest FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, Size);
        return new BlobDigest(hash);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_high:x32}{_low:x32}";

    static BlobDigest IParsable<BlobDigest>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<BlobDigest>.TryParse(string? s, IFormatProvider? provider, out BlobDigest result) => TryParse(s, out result);

    static BlobDigest ISpanParsable<BlobDigest>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<BlobDigest>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out BlobDigest result) => TryParse(s, out result);
}
