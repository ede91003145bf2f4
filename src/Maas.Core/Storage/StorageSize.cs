using System.Globalization;

namespace Maas.Core.Storage;

/// <summary>Sizes as MAAS's API takes them: bytes, with a decimal suffix (<c>10G</c> is 10 000 000 000), or a percentage.</summary>
internal static class StorageSize
{
    private const string Suffixes = "KMGTPE";

    /// <summary>Reads bytes, or a number with a suffix. What is larger than a disk can be becomes <see cref="long.MaxValue"/>.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        if (text.Length == 0) return false;
        var power = Suffixes.IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1;
        var digits = power == 0 ? text : text[..^1];
        if (digits.Length is 0 or > 30) return false;
        if (!decimal.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return false;
        for (; power > 0 && number <= long.MaxValue; power--) number *= 1000;
        bytes = (long)Math.Clamp(number, long.MinValue, long.MaxValue);
        return true;
    }

    /// <summary>Reads a percentage of <paramref name="whole"/>, or what <see cref="TryParse"/> reads.</summary>
    public static bool TryParsePart(string text, long whole, out long bytes)
    {
        if (text.Length == 0 || text[^1] != '%') return TryParse(text, out bytes);
        bytes = 0;
        if (text.Length > 16
            || !decimal.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)) return false;
        bytes = (long)Math.Clamp(whole * percent / 100, 0, long.MaxValue);
        return true;
    }

    /// <summary>A size for people, in decimal units (<c>1.5 GB</c>).</summary>
    public static string ToText(long bytes)
    {
        if (bytes < 1000) return $"{bytes} bytes";
        double size = bytes;
        var unit = -1;
        for (; size >= 1000 && unit < Suffixes.Length - 1; unit++) size /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {(unit == 0 ? 'k' : Suffixes[unit])}B");
    }
}
