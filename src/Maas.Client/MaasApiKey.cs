using System.Diagnostics.CodeAnalysis;

namespace Maas.Client;

/// <summary>
/// An API key of MAAS: <c>consumer_key:token_key:token_secret</c>, as <c>maas apikey</c> and the web UI show it. The secret is in none of
/// <see cref="ToString"/>, JSON and log messages.
/// </summary>
/// <example><code>
/// var key = MaasApiKey.Parse(File.ReadAllText("/var/lib/maas/admin.apikey"));
/// </code></example>
public sealed class MaasApiKey
{
    private const int LongestPart = 255;

    private readonly string _secret;

    private MaasApiKey(string consumerKey, string tokenKey, string secret) =>
        (ConsumerKey, TokenKey, _secret) = (consumerKey, tokenKey, secret);

    /// <summary>The first part.</summary>
    public string ConsumerKey { get; }

    /// <summary>The second part. It identifies the key in <c>op=delete_authorisation_token</c>.</summary>
    public string TokenKey { get; }

    internal string TokenSecret => _secret;

    /// <summary>Reads a key. White space around it is ignored.</summary>
    /// <exception cref="FormatException">The text does not have three parts, or a part has other characters than a key has.</exception>
    public static MaasApiKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // The message must not repeat the text: most of it may be right.
        return TryParse(text, out var key)
            ? key
            : throw new FormatException("An API key has three parts with colons between them: consumer_key:token_key:token_secret.");
    }

    /// <summary>Reads a key. White space around it is ignored.</summary>
    /// <returns>Whether the text is a key.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out MaasApiKey? key)
    {
        key = text?.Trim().Split(':') is [var consumer, var token, var secret] && IsPart(consumer) && IsPart(token) && IsPart(secret)
            ? new MaasApiKey(consumer, token, secret)
            : null;
        return key is not null;
    }

    /// <summary>The whole key, with its secret.</summary>
    public string Reveal() => $"{ConsumerKey}:{TokenKey}:{_secret}";

    /// <summary>The key without its secret.</summary>
    public override string ToString() => $"{ConsumerKey}:{TokenKey}:***";

    // Visible ASCII: a key is sent in a header.
    private static bool IsPart(string text) =>
        text.Length is > 0 and <= LongestPart && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
