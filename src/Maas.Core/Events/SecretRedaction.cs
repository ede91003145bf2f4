using System.Text;
using System.Text.RegularExpressions;

namespace Maas.Core.Events;

/// <summary>
/// Removes secrets from what machines say: a kernel logs its command line, and an installer logs and reports the URL of its answer file and
/// the commands in it, where the machine's own key may be. It is applied to all that is kept of a machine's words: events, observations and
/// status messages.
/// </summary>
internal static partial class SecretRedaction
{
    /// <summary>The text with an ellipsis for each secret.</summary>
    public static string Apply(string text) => Token().Replace(text, "${before}…");

    /// <summary>Where secrets are in bytes that may be a text.</summary>
    public static IReadOnlyList<(int From, int To)> Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf("maas.token="u8) < 0 && bytes.IndexOf("/metadata/latest/install/"u8) < 0
            && bytes.IndexOf("oauth_signature="u8) < 0 && bytes.IndexOf("token_secret"u8) < 0)
            return [];
        return
        [
            .. Token().Matches(Encoding.Latin1.GetString(bytes))
                .Select(match => (match.Index + match.Groups["before"].Length, match.Index + match.Length)),
        ];
    }

    // A text may be cut in the middle of a secret, so that any length is one.
    [GeneratedRegex(
        """
        (?<before>maas\.token=|/metadata/latest/install/|oauth_signature=[\\"']*%26[\\"']*|token_secret[\\"']*[ ]?[:=][ ]?[\\"']*)[A-Za-z0-9]+
        """,
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Token();
}
