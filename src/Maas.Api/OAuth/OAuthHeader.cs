using System.Diagnostics.CodeAnalysis;
using Maas.Core;

namespace Maas.Api.OAuth;

/// <summary>
/// An <c>Authorization: OAuth …</c> header (RFC 5849 section 3.5.1), taken apart. The parameters come in any order, with any
/// blanks between, with or without a realm.
/// </summary>
/// <param name="ConsumerKey">Names the application a key was made for.</param>
/// <param name="Token">Names the key.</param>
/// <param name="SignatureMethod"><c>PLAINTEXT</c>, which most of MAAS's clients send, or <c>HMAC-SHA1</c>.</param>
/// <param name="Signature">For PLAINTEXT: the secrets themselves (section 3.4.4). For HMAC-SHA1: the digest in base64.</param>
/// <param name="Timestamp">Seconds since 1970 as text: what is no number is for the check to refuse, not for the parser.</param>
/// <param name="Nonce">Unique for the key.</param>
/// <param name="Version">Empty when absent.</param>
/// <param name="Signed">The parameters that the signature covers: all but the realm and the signature itself (section 3.4.1.3.1).</param>
internal sealed record OAuthHeader(
    string ConsumerKey,
    string Token,
    string SignatureMethod,
    Secret Signature,
    string Timestamp,
    string Nonce,
    string Version,
    IReadOnlyList<KeyValuePair<string, string>> Signed)
{
    private const int MaximumLength = 4096;
    private const string SchemeName = "OAuth";

    /// <summary>Whether a header is of this scheme, well formed or not.</summary>
    public static bool IsOAuth(string header) => header.AsSpan().Trim() is var text
        && text.StartsWith(SchemeName, StringComparison.OrdinalIgnoreCase)
        && text.Length > SchemeName.Length
        && char.IsWhiteSpace(text[SchemeName.Length]);

    /// <summary>
    /// False when the header is of another scheme, lacks a parameter, or names one twice (which of the two would be meant?).
    /// </summary>
    public static bool TryParse(string? header, [NotNullWhen(true)] out OAuthHeader? parsed)
    {
        parsed = null;
        if (header is null or { Length: > MaximumLength }) return false;
        if (!IsOAuth(header)) return false;
        var rest = header.AsSpan().Trim()[SchemeName.Length..];

        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (var range in rest.Split(','))
        {
            var pair = rest[range].Trim();
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf('=');
            if (equals <= 0) return false;
            var name = Uri.UnescapeDataString(pair[..equals].Trim());
            var value = pair[(equals + 1)..].Trim();
            if (value is ['"', .., '"']) value = value[1..^1];
            if (!parameters.TryAdd(name, Uri.UnescapeDataString(value))) return false;
        }

        string Take(string name) => parameters.GetValueOrDefault(name, "");
        parsed = new OAuthHeader(
            ConsumerKey: Take("oauth_consumer_key"),
            Token: Take("oauth_token"),
            SignatureMethod: Take("oauth_signature_method"),
            Signature: new Secret(Take("oauth_signature")),
            Timestamp: Take("oauth_timestamp"),
            Nonce: Take("oauth_nonce"),
            Version: Take("oauth_version"),
            Signed: [.. parameters.Where(parameter => parameter.Key is not ("realm" or "oauth_signature"))]);
        return parsed is { ConsumerKey.Length: > 0, Token.Length: > 0, SignatureMethod.Length: > 0, Signature.IsEmpty: false,
            Timestamp.Length: > 0, Nonce.Length: > 0 };
    }
}
