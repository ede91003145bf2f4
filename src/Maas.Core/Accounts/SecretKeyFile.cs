using System.Security.Cryptography;
using System.Text;
using Maas.Core.Configuration;

namespace Maas.Core.Accounts;

/// <summary>
/// The file with the key of <see cref="SecretCipher"/>. The store keeps the key's fingerprint: a store that was encrypted is not opened
/// with another key, or without one, which would refuse every user.
/// </summary>
internal static class SecretKeyFile
{
    private const string Setting = "secret_key_fingerprint";
    private const int KeyBytes = 32;

    /// <summary>Reads the key, or makes the file when the store has not been encrypted yet.</summary>
    /// <param name="path">The file; <see langword="null"/> for no encryption.</param>
    /// <param name="settings">Where the fingerprint is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SecretKeyException">The file is missing, damaged, or has the key of another store.</exception>
    public static async Task<SecretCipher> OpenAsync(string? path, ISettingStore settings, CancellationToken cancellationToken)
    {
        var known = await settings.GetAsync(Setting, cancellationToken).ConfigureAwait(false) is { } json ? json.Trim('"') : null;
        if (path is null)
        {
            return known is null ? new SecretCipher(null)
                : throw new SecretKeyException("The secrets in the store are encrypted. Set SecretKeyFile to the file that has their key.");
        }

        if (!File.Exists(path))
        {
            if (known is not null)
                throw new SecretKeyException(
                    $"The secrets in the store are encrypted, and the file {path} with their key is missing. Restore it from a backup.");
            await CreateAsync(path, cancellationToken).ConfigureAwait(false);
        }

        var cipher = new SecretCipher(await ReadAsync(path, cancellationToken).ConfigureAwait(false));
        // Hosts of a store may start for the first time together: the first one's key counts.
        known ??= (await settings.GetOrAddAsync(Setting, $"\"{cipher.Fingerprint}\"", cancellationToken).ConfigureAwait(false)).Trim('"');
        if (known != cipher.Fingerprint)
            throw new SecretKeyException($"The file {path} has another key than the one that the secrets in the store are encrypted with.");
        return cipher;
    }

    private static Task CreateAsync(string path, CancellationToken cancellationToken)
    {
        var text = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n";
        return PrivateFileWriter.WriteAsync(path, Encoding.ASCII.GetBytes(text), overwrite: false, cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var bytes = new byte[256];
        var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var key = new byte[KeyBytes];
        var text = Encoding.ASCII.GetString(bytes, 0, length).Trim();
        return length < bytes.Length && Convert.TryFromBase64String(text, key, out var decoded) && decoded == KeyBytes
            ? key
            : throw new SecretKeyException($"The file {path} is damaged: it should have {KeyBytes} bytes in base64.");
    }
}

/// <summary>The store's secrets are encrypted with a key that is not there.</summary>
public sealed class SecretKeyException : Exception
{
    /// <summary>Says which file is wrong, and what to do.</summary>
    /// <param name="message">The message.</param>
    public SecretKeyException(string message) : base(message) { }
}
