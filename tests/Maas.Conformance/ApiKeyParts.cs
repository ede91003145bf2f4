using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Conformance;

/// <summary>A key of OAuth 1.0, and the headers that clients make with it.</summary>
public sealed record ApiKeyParts(string Consumer, string Token, string Secret)
{
    /// <summary>Reads <c>consumer:token:secret</c>.</summary>
    public static ApiKeyParts Parse(string text) => text.Trim().Split(':') is [var consumer, var token, var secret]
        ? new(consumer, token, secret)
        : throw new FormatException("A key has three parts with colons between them.");

    /// <summary>The header of a request, in the order of oauthlib, with what a case changes in it.</summary>
    public string Sign(long? timestamp = null, string? nonce = null, string prefix = "OAuth ", bool reversed = false)
    {
        var signature = KeyValuePair.Create("oauth_signature", "&" + Uri.EscapeDataString(Secret));
        var fields = Fields("PLAINTEXT", timestamp, nonce).Append(signature);
        return Header(reversed ? fields.Reverse() : fields, prefix);
    }

    /// <summary>The header with a signature by HMAC-SHA1 (RFC 5849 section 3.4.2).</summary>
    public string SignByHmac(string method, Uri uri)
    {
        var fields = Fields("HMAC-SHA1", null, null).ToList();
        var parameters = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(each => each.Split('=', 2))
            .Select(each => KeyValuePair.Create(Uri.UnescapeDataString(each[0]), Uri.UnescapeDataString(each[^1])))
            .Concat(fields)
            .Select(each => $"{Uri.EscapeDataString(each.Key)}={Uri.EscapeDataString(each.Value)}")
            .Order(StringComparer.Ordinal);
        var address = uri.GetLeftPart(UriPartial.Path);
        var text = $"{method}&{Uri.EscapeDataString(address)}&{Uri.EscapeDataString(string.Join('&', parameters))}";
#pragma warning disable CA5350 // the method that OAuth 1.0 has
        var hash = HMACSHA1.HashData(Encoding.ASCII.GetBytes("&" + Uri.EscapeDataString(Secret)), Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
        fields.Add(new("oauth_signature", Convert.ToBase64String(hash)));
        return Header(fields, "OAuth ");
    }

    private static string Header(IEnumerable<KeyValuePair<string, string>> fields, string prefix) =>
        prefix + string.Join(", ", fields.Select(field => $"{field.Key}=\"{Uri.EscapeDataString(field.Value)}\""));

    private IEnumerable<KeyValuePair<string, string>> Fields(string method, long? timestamp, string? nonce)
    {
        yield return new("oauth_nonce", nonce ?? RandomNumberGenerator.GetHexString(32, lowercase: true));
        yield return new(
            "oauth_timestamp", (timestamp ?? TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture));
        yield return new("oauth_version", "1.0");
        yield return new("oauth_signature_method", method);
        yield return new("oauth_consumer_key", Consumer);
        yield return new("oauth_token", Token);
    }
}
