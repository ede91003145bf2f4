using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Maas.Core;

/// <summary>
/// A password, key or token that must not reach a log, an exception or a debugger's list by accident: every way of printing
/// it gives <c>***</c>, and only <see cref="Reveal"/> gives the text. The default value is the empty secret.
/// </summary>
[JsonConverter(typeof(SecretJsonConverter))]
public readonly struct Secret : IEquatable<Secret>
{
    private readonly string? _text;

    /// <summary>Wraps a text.</summary>
    public Secret(string text) => _text = text;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(_text);

    /// <summary>A new secret of <paramref name="length"/> letters and digits from the system's random source; 32 hold 190 bits.</summary>
    public static Secret Random(int length = 32) =>
        new(RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", length));

    /// <summary>The text itself, for the one place that must have it.</summary>
    public string Reveal() => _text ?? "";

    /// <summary>Compares in a time that does not tell how much was right.</summary>
    public bool Equals(Secret other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Reveal()), Encoding.UTF8.GetBytes(other.Reveal()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Secret other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Reveal().GetHashCode(StringComparison.Ordinal);

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";

    /// <summary>Whether two secrets are the same.</summary>
    public static bool operator ==(Secret left, Secret right) => left.Equals(right);

    /// <summary>Whether two secrets differ.</summary>
    public static bool operator !=(Secret left, Secret right) => !left.Equals(right);
}
