using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Maas.Images.Downloads;

/// <summary>The hash that a file must have: SHA-256 or SHA-512. <see langword="default"/> fits no file.</summary>
[JsonConverter(typeof(ContentHashJsonConverter)), TypeConverter(typeof(TextTypeConverter<ContentHash>))]
public readonly record struct ContentHash : ISpanParsable<ContentHash>
{
    private ContentHash(HashAlgorithmName algorithm, string hex) => (Algorithm, Hex) = (algorithm, hex);

    /// <summary><see cref="HashAlgorithmName.SHA256"/> or <see cref="HashAlgorithmName.SHA512"/>.</summary>
    public HashAlgorithmName Algorithm { get; }

    /// <summary>The hash in lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>The hash of 64 (SHA-256) or 128 (SHA-512) hexadecimal digits, in either case.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ContentHash Parse(string text) =>
        TryParse(text, out var hash) ? hash : throw new FormatException("A hash is 64 or 128 hexadecimal digits: SHA-256 or SHA-512.");

    /// <summary>The hash of 64 (SHA-256) or 128 (SHA-512) hexadecimal digits, in either case, or false.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ContentHash hash)
    {
        HashAlgorithmName? algorithm = text?.Length switch { 64 => HashAlgorithmName.SHA256, 128 => HashAlgorithmName.SHA512, _ => null };
        var right = algorithm is not null && text!.All(char.IsAsciiHexDigit); // a length means that there is a text
        hash = right ? new ContentHash(algorithm!.Value, text!.ToLowerInvariant()) : default; // as above
        return right;
    }

    /// <summary>The hexadecimal digits.</summary>
    public override string ToString() => Hex ?? "";

    static ContentHash IParsable<ContentHash>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<ContentHash>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ContentHash result) =>
        TryParse(s, out result);

    static ContentHash ISpanParsable<ContentHash>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString());

    static bool ISpanParsable<ContentHash>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ContentHash result) =>
        TryParse(s.ToString(), out result);
}
