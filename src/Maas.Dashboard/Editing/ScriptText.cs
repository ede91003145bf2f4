using System.Text;

namespace Maas.Dashboard.Editing;

/// <summary>The text of a script.</summary>
internal static class ScriptText
{
    /// <summary>The most bytes of a script, as in the API.</summary>
    public const int Longest = 1024 * 1024;

    /// <summary>The most characters that a browser edits; a longer script is changed by an upload.</summary>
    public const int LongestEdited = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of bytes; <see langword="null"/> when they are no text in UTF-8, or missing.</summary>
    public static string? From(ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is not { } some) return null;
        try
        {
            return Strict.GetString(some.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
