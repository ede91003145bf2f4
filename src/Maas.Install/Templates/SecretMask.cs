using System.Text.RegularExpressions;

namespace Maas.Install.Templates;

/// <summary>
/// Replaces secrets by asterisks that templates contain as text: password hashes in the format of crypt(5), and passwords in URLs. Values
/// that templates read are replaced before.
/// </summary>
internal static partial class SecretMask
{
    /// <summary>What replaces a secret.</summary>
    public const string Hidden = "********";

    /// <summary>The text without them.</summary>
    public static string Apply(string text) =>
        UrlPassword().Replace(CryptHash().Replace(text, Hidden), $"${{before}}{Hidden}@");

    // $id$parameters$salt$hash: MD5, bcrypt, SHA-256, SHA-512, SHA-1, yescrypt, gost-yescrypt, scrypt and Argon2.
    [GeneratedRegex(
        @"\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|argon2(?:i|d|id))\$[./0-9A-Za-z$=,+-]{8,200}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CryptHash();

    [GeneratedRegex(
        @"(?<before>://[^/\s:@""']{1,100}:)[^/\s@""']{1,200}@", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UrlPassword();
}
