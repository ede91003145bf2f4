using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Core.Accounts;

/// <summary>
/// Encrypts the secrets of API keys and machines' tokens, and power parameters, before they reach the store, with a key that is in a file
/// outside of it: a copy of the store alone signs no request. They are not hashed, because HMAC-SHA1 signatures are verified with the
/// secret itself and MAAS's API shows a user's keys again.
/// </summary>
/// <remarks>
/// AES-256-GCM. The stored text is <c>aesgcm1:</c> and base64url of nonce (12), tag (16) and ciphertext; the token's key is authenticated
/// with it, so that a secret is of use in its own row only. A text without the prefix was stored before there was a key, and is the secret.
/// </remarks>
internal sealed class SecretCipher
{
    private const string Prefix = "aesgcm1:";
    private const int KeyBytes = 32, NonceBytes = 12, TagBytes = 16;

    private readonly byte[]? _key;

    /// <summary>A cipher with a key, or one that leaves secrets as they are.</summary>
    /// <param name="key">32 bytes; <see langword="null"/> for none.</param>
    public SecretCipher(byte[]? key)
    {
        if (key is not null && key.Length != KeyBytes) throw new ArgumentException($"A key has {KeyBytes} bytes.", nameof(key));
        _key = key;
    }

    /// <summary>A text that tells keys apart and does not reveal them; <see langword="null"/> without a key.</summary>
    public string? Fingerprint =>
        _key is null ? null : Convert.ToHexStringLower(HMACSHA256.HashData(_key, "maas secret key"u8))[..32];

    /// <summary>A secret for one purpose, from which the key cannot be found; <see langword="null"/> without a key.</summary>
    public Secret? Derive(string purpose) => _key is null ? null
        : new Secret(Convert.ToHexStringLower(
            HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, KeyBytes, info: Encoding.UTF8.GetBytes("maas " + purpose))));

    /// <summary>Whether secrets are encrypted.</summary>
    public bool HasKey => _key is not null;

    /// <summary>Whether a stored text is not encrypted, though it could be.</summary>
    public bool IsInTheClear(Secret stored) => _key is not null && !stored.Reveal().StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What to store.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="tokenKey">The key of its token.</param>
    public Secret Protect(Secret secret, string tokenKey)
    {
        if (_key is null) return secret;
        var text = Encoding.UTF8.GetBytes(secret.Reveal());
        var result = new byte[NonceBytes + TagBytes + text.Length];
        var nonce = result.AsSpan(0, NonceBytes);
        var tag = result.AsSpan(NonceBytes, TagBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(nonce, text, result.AsSpan(NonceBytes + TagBytes), tag, Encoding.UTF8.GetBytes(tokenKey));
        return new Secret(Prefix + Base64Url.EncodeToString(result));
    }

    /// <summary>The secret of a stored text.</summary>
    /// <param name="stored">What <see cref="Protect"/> returned.</param>
    /// <param name="tokenKey">The key of its token.</param>
    /// <exception cref="CryptographicException">The text was changed, or belongs to another token or key.</exception>
    public Secret Unprotect(Secret stored, string tokenKey)
    {
        var text = stored.Reveal();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return stored;
        if (_key is null || !TryDecode(text.AsSpan(Prefix.Length), out var bytes))
            throw new CryptographicException("A secret in the store cannot be decrypted.");
        var secret = new byte[bytes.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Decrypt(
            bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes + TagBytes), bytes.AsSpan(NonceBytes, TagBytes), secret,
            Encoding.UTF8.GetBytes(tokenKey));
        return new Secret(Encoding.UTF8.GetString(secret));
    }

    private static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!Base64Url.IsValid(text, out var length) || length < NonceBytes + TagBytes) return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }
}
