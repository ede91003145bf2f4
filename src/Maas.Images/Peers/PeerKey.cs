using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Images.Peers;

/// <summary>
/// The secret that hosts have in common. A request for a blob is signed with it: the signature is for one digest and for
/// <see cref="Lifetime"/>, so that a request that was overheard is of no use for anything else.
/// </summary>
/// <remarks>
/// <c>Authorization: MaasPeer SECONDS.MAC</c>, with seconds since 1970 and base64url of HMAC-SHA256 over digest and seconds. The key of the
/// HMAC is derived from the secret (HKDF, RFC 5869).
/// </remarks>
public sealed class PeerKey
{
    private const string Scheme = "MaasPeer ";
    private const int LeastSecret = 16;
    private const int LongestHeader = 128;

    private readonly byte[] _key;

    /// <summary>A key.</summary>
    /// <param name="secret">The secret, at least 16 bytes that cannot be guessed.</param>
    public PeerKey(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, LeastSecret);
        _key = new byte[SHA256.HashSizeInBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, _key, salt: [], info: "maas image peers"u8);
    }

    /// <summary>How far the clocks of two hosts may differ, and how long a signature is accepted: 5 minutes.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The <c>Authorization</c> header of a request for a blob.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="now">The present time.</param>
    public string Sign(Sha256Digest digest, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}{seconds}.{Base64Url.EncodeToString(MacOf(digest, seconds))}");
    }

    /// <summary>Whether a request for a blob has the signature of a host with this key.</summary>
    /// <param name="authorization">The <c>Authorization</c> header; <see langword="null"/> when it is missing.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="now">The present time.</param>
    public bool Verify(string? authorization, Sha256Digest digest, DateTimeOffset now)
    {
        if (authorization is null || authorization.Length > LongestHeader
            || !authorization.StartsWith(Scheme, StringComparison.Ordinal)) return false;
        var value = authorization.AsSpan(Scheme.Length);
        var dot = value.IndexOf('.');
        Span<byte> mac = stackalloc byte[LongestHeader];
        return dot > 0
            && long.TryParse(value[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs((decimal)seconds - now.ToUnixTimeSeconds()) <= (decimal)Lifetime.TotalSeconds
            && Base64Url.IsValid(value[(dot + 1)..])
            && Base64Url.TryDecodeFromChars(value[(dot + 1)..], mac, out var written)
            && CryptographicOperations.FixedTimeEquals(mac[..written], MacOf(digest, seconds));
    }

    private byte[] MacOf(Sha256Digest digest, long seconds) => HMACSHA256.HashData(
        _key, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{digest} {seconds}")));
}
