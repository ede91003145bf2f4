using System.Text.RegularExpressions;

namespace Maas.Hosting.Evidence;

/// <summary>
/// Removes secrets from what machines log: a kernel logs its command line, and an installer the URL of its answer file and the commands in
/// it, where the machine's own key may be.
/// </summary>
internal static partial class BootTokenRedaction
{
    /// <summary>The text with an ellipsis for each secret.</summary>
    public static string Apply(string text) => Token().Replace(text, "${before}…");

    [GeneratedRegex(
        """(?<before>maas\.token=|/metadata/latest/install/|oauth_signature=\\?"?%26['\\]*)[A-Za-z0-9]{16,}""",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Token();
}
