using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Hosting.Webhooks;

/// <summary>
/// The signature of Standard Webhooks: HMAC-SHA-256 over <c>id.timestamp.body</c>, in base64 after <c>v1,</c>.
/// </summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 24;
    private const int MostBytes = 64;

    /// <summary>The bytes of a key; <see langword="null"/> for a text that is no key.</summary>
    public static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var buffer = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out var length) && length is >= LeastBytes and <= MostBytes
            ? buffer[..length]
            : null;
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    public static string Of(IEnumerable<byte[]> keys, string id, long timestamp, ReadOnlyMemory<byte> body)
    {
        var signed = new byte[Encoding.UTF8.GetMaxByteCount(id.Length + 32) + body.Length];
        var length = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."), signed);
        body.Span.CopyTo(signed.AsSpan(length));
        var content = signed.AsMemory(0, length + body.Length);
        return string.Join(' ', keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, content.Span))));
    }
}
