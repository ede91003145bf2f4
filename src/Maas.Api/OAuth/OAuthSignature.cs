using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Maas.Core;

namespace Maas.Api.OAuth;

/// <summary>
/// The HMAC-SHA1 signature of a request (RFC 5849 sections 3.4.1 and 3.4.2). Pure. The Cluster API provider and requests_oauthlib sign
/// so, unless they are told otherwise.
/// </summary>
/// <remarks>
/// <code>
/// base string = METHOD &amp; encode(scheme://host[:port]/path) &amp; encode(name=value&amp;name=value…, encoded, then sorted)
/// key         = encode(consumer secret) &amp; encode(token secret)
/// signature   = base64(HMAC-SHA1(key, base string))
/// </code>
/// </remarks>
internal static class OAuthSignature
{
    private const int DigestBytes = 20;
    private const string Hexadecimal = "0123456789ABCDEF";

    /// <summary>The signature base string.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    /// <param name="host">The Host header: name or address, with or without a port.</param>
    /// <param name="path">The path as it was sent, its escapes untouched.</param>
    /// <param name="header">The parameters of the Authorization header, decoded, without realm and signature.</param>
    /// <param name="encoded">What else is signed, as it was sent: the query, and the body of a form.</param>
    public static string BaseString(
        string method, string scheme, string host, string path, IEnumerable<KeyValuePair<string, string>> header,
            params ReadOnlySpan<string> encoded)
    {
        List<(string Name, string Value)> parameters = [.. header.Select(each =>
            (Encode(Encoding.UTF8.GetBytes(each.Key)), Encode(Encoding.UTF8.GetBytes(each.Value))))];
        foreach (var form in encoded)
        {
            foreach (var pair in form.Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                parameters.Add(equals < 0 ? (Encode(Decode(pair)), "")
                    : (Encode(Decode(pair[..equals])), Encode(Decode(pair[(equals + 1)..]))));
            }
        }

        var normalized = string.Join('&', parameters
            .OrderBy(each => each.Name, StringComparer.Ordinal).ThenBy(each => each.Value, StringComparer.Ordinal)
            .Select(each => $"{each.Name}={each.Value}"));
        var address = $"{scheme.ToLowerInvariant()}://{WithoutDefaultPort(scheme, host)}{path}";
        return $"{method.ToUpperInvariant()}&{Encode(Encoding.UTF8.GetBytes(address))}&{Encode(Encoding.UTF8.GetBytes(normalized))}";
    }

    /// <summary>The signature of a base string, in base64.</summary>
    public static string Sign(string baseString, Secret consumerSecret, Secret tokenSecret) =>
        Convert.ToBase64String(Digest(baseString, consumerSecret, tokenSecret));

    /// <summary>Whether <paramref name="signature"/> is right; takes as long for one that is wrong.</summary>
    public static bool Verify(Secret signature, string baseString, Secret consumerSecret, Secret tokenSecret)
    {
        Span<byte> sent = stackalloc byte[DigestBytes + 4];
        return Convert.TryFromBase64String(signature.Reveal(), sent, out var length)
            && CryptographicOperations.FixedTimeEquals(sent[..length], Digest(baseString, consumerSecret, tokenSecret));
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms",
        Justification = "RFC 5849 names this algorithm; as a keyed code it is not known to be broken.")]
    private static byte[] Digest(string baseString, Secret consumerSecret, Secret tokenSecret)
    {
        var key = $"{Encode(Encoding.UTF8.GetBytes(consumerSecret.Reveal()))}&{Encode(Encoding.UTF8.GetBytes(tokenSecret.Reveal()))}";
        return HMACSHA1.HashData(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(baseString));
    }

    /// <summary>A port is part of the address unless it is the scheme's own (section 3.4.1.2).</summary>
    private static string WithoutDefaultPort(string scheme, string host)
    {
        var port = scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        var lower = host.ToLowerInvariant();
        return lower.EndsWith(port, StringComparison.Ordinal) ? lower[..^port.Length] : lower;
    }

    /// <summary>
    /// Percent-encoding as section 3.6 wants it: everything but the unreserved characters of RFC 3986, with upper-case digits.
    /// </summary>
    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var octet in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
                text.Append((char)octet);
            else text.Append('%').Append(Hexadecimal[octet >> 4]).Append(Hexadecimal[octet & 15]);
        }

        return text.ToString();
    }

    /// <summary>The octets of a name or value of a query or form. Octets and not text: what is no UTF-8 was signed as it is.</summary>
    private static byte[] Decode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var written = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1])
                && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[written++] = Convert.FromHexString(Encoding.ASCII.GetString(bytes, i + 1, 2))[0];
                i += 2;
            }
            else
            {
                bytes[written++] = bytes[i] == '+' ? (byte)' ' : bytes[i];
            }
        }

        return bytes[..written];
    }
}
