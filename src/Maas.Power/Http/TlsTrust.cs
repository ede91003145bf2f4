using System.Security.Cryptography;

namespace Maas.Power.Http;

/// <summary>Which certificate of a server is accepted: one that the system trusts, one with this SHA-256, or any.</summary>
internal sealed record TlsTrust
{
    private TlsTrust()
    {
    }

    /// <summary>A certificate of the server's name that the system's authorities signed.</summary>
    public static TlsTrust System { get; } = new();

    /// <summary>Any certificate: an operator chose that for this machine.</summary>
    public static TlsTrust Any { get; } = new() { AcceptsAny = true };

    public bool AcceptsAny { get; private init; }

    /// <summary>The SHA-256 of the only certificate that is accepted; null for no such pin.</summary>
    public byte[]? Fingerprint { get; private init; }

    /// <summary>Reads <c>power_tls_fingerprint</c> and <c>power_verify_ssl</c>; a fingerprint goes before the choice.</summary>
    public static bool TryRead(PowerTarget target, out TlsTrust trust, out string problem)
    {
        problem = "";
        trust = string.Equals(target["power_verify_ssl"], "n", StringComparison.OrdinalIgnoreCase) ? Any : System;
        if (target["power_tls_fingerprint"] is not { } text) return true;
        if (TryPin(text, out var pinned))
        {
            trust = pinned;
            return true;
        }

        problem = "Parameter power_tls_fingerprint must be the SHA-256 of the server's certificate: 64 hexadecimal digits.";
        return false;
    }

    /// <summary>A pin from hexadecimal digits, with or without colons.</summary>
    public static bool TryPin(string text, out TlsTrust trust)
    {
        trust = System;
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        if (digits.Length != SHA256.HashSizeInBytes * 2 || !digits.All(char.IsAsciiHexDigit)) return false;
        trust = new TlsTrust { Fingerprint = Convert.FromHexString(digits) };
        return true;
    }
}
