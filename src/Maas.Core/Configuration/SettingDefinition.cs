using System.Globalization;
using System.Text.Json;

namespace Maas.Core.Configuration;

/// <summary>What a setting's value is.</summary>
public enum SettingKind
{
    /// <summary>A text; <c>null</c> where the default says so.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>An http or https address; <c>null</c> where the default says so.</summary>
    Url,
}

/// <summary>One of MAAS's settings, with its type and its default.</summary>
/// <param name="Name">MAAS's name.</param>
/// <param name="Kind">The type of its value.</param>
/// <param name="Default">The value, as JSON, of a setting that was never changed.</param>
public sealed record SettingDefinition(string Name, SettingKind Kind, string Default)
{
    private const int LongestText = 4096;
    private const int LongestUrl = 2048;

    /// <summary>The values there are; empty for any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>
    /// Why it cannot be changed; <see langword="null"/> when it can. A setting without an effect is refused and not stored.
    /// </summary>
    public string? FixedBecause { get; init; }

    /// <summary>What is wrong with a text, where more than the type matters; <see langword="null"/> for no check.</summary>
    internal Func<string, string?>? Check { get; init; }

    /// <summary>Reads a value as clients write it (<c>true</c>, <c>1</c>, a text without quotes).</summary>
    /// <param name="text">The value.</param>
    /// <param name="json">The value as JSON, when it is one of this setting's.</param>
    /// <returns>Why the text is invalid; <see langword="null"/> when it is valid.</returns>
    public string? Read(string text, out string json)
    {
        json = "";
        switch (Kind)
        {
            case SettingKind.Boolean when Boolean(text) is { } flag:
                json = flag ? "true" : "false";
                break;
            case SettingKind.Boolean:
                return "Enter true or false.";
            case SettingKind.Number when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                json = number.ToString(CultureInfo.InvariantCulture);
                break;
            case SettingKind.Number:
                return "Enter a whole number.";
            case SettingKind.Text when text.Length > LongestText:
                return $"Ensure this value has at most {LongestText} characters (it has {text.Length}).";
            case SettingKind.Url when text.Length > 0 && !IsUrl(text):
                return "Enter a valid URL.";
            default:
                json = text.Length == 0 && Default == "null" ? "null" : $"\"{JsonEncodedText.Encode(text)}\"";
                break;
        }

        if (Choices.Count > 0 && !Choices.Contains(text))
            return $"'{text}' is not a valid {Name}.  It should be one of: {string.Join(", ", Choices.Select(choice => $"'{choice}'"))}.";
        if (Check?.Invoke(text) is { } wrong) return wrong;
        return FixedBecause is { } reason && json != Default ? $"This server cannot change this setting: {reason}" : null;
    }

    // Spaces and control characters would end a line or a word of what the address is written into.
    private static bool IsUrl(string text) =>
        text.Length <= LongestUrl && text.All(letter => letter is > ' ' and < (char)127 and not ('"' or '\'' or '\\' or '<' or '>'))
        && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0;

    private static bool? Boolean(string text) => text.Trim().ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" or "" => false,
        _ => null,
    };
}
