using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Maas.Client.Http;

/// <summary>OAuth 1.0 with the signature method PLAINTEXT (RFC 5849 section 3.4.4), the one that MAAS's own clients use.</summary>
internal static class OAuthSigner
{
    private const int NonceDigits = 32;

    /// <summary>A header for one request: a nonce is never used twice.</summary>
    public static AuthenticationHeaderValue Sign(MaasApiKey key, TimeProvider timeProvider)
    {
        var stamp = timeProvider.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        // The consumer has no secret. The signature is encoded once as a signature and once as a parameter.
        var signature = Uri.EscapeDataString("&" + Uri.EscapeDataString(key.TokenSecret));
        return new AuthenticationHeaderValue(
            "OAuth",
            "oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
                + $"oauth_consumer_key=\"{Uri.EscapeDataString(key.ConsumerKey)}\", oauth_token=\"{Uri.EscapeDataString(key.TokenKey)}\", "
                + $"oauth_signature=\"{signature}\", oauth_timestamp=\"{stamp}\", "
                + $"oauth_nonce=\"{RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true)}\"");
    }
}
