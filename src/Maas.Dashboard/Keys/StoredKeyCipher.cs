using System.Security.Cryptography;
using Maas.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Keys;

/// <summary>
/// Encrypts the secrets of data protection keys by AES-256-GCM, with a key that is derived from the one in
/// <see cref="MaasCoreOptions.SecretKeyFile"/>: a copy of the store, such as a backup, signs no user in.
/// </summary>
internal sealed class StoredKeyCipher
{
    private const int NonceBytes = 12, TagBytes = 16;
    private static readonly byte[] Purpose = "maas data protection key 1"u8.ToArray();

    private readonly byte[] _key;

    /// <exception cref="InvalidOperationException">The MAAS has no secret key.</exception>
    public StoredKeyCipher(IServiceProvider services)
    {
        var secret = services.GetRequiredService<MaasCore>().DeriveSecret("data protection keys")
            ?? throw new InvalidOperationException(
                "Data protection keys are stored only where secrets in the store are encrypted. Set MaasCoreOptions.SecretKeyFile.");
        _key = Convert.FromHexString(secret.Reveal());
    }

    /// <summary>Nonce, tag and ciphertext.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> text)
    {
        var result = new byte[NonceBytes + TagBytes + text.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(
            result.AsSpan(0, NonceBytes), text, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes), Purpose);
        return result;
    }

    /// <summary>What was encrypted.</summary>
    /// <exception cref="CryptographicException">It was changed, or encrypted with another key.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.Length < NonceBytes + TagBytes) throw new CryptographicException("A data protection key in the store is damaged.");
        var text = new byte[encrypted.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Decrypt(
            encrypted[..NonceBytes], encrypted[(NonceBytes + TagBytes)..], encrypted.Slice(NonceBytes, TagBytes), text, Purpose);
        return text;
    }
}
