using System.Globalization;

namespace ImageTool;

internal static class Sizes
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A size as people read it: <c>3.2 GiB</c>.</summary>
    public static string Of(long bytes)
    {
        double size = bytes;
        var unit = 0;
        for (; size >= 1024 && unit < Units.Length - 1; unit++) size /= 1024;
        return unit == 0 ? $"{bytes} bytes" : $"{size:0.#} {Units[unit]}";
    }

    /// <summary>A size as people write it: <c>20G</c>, <c>512M</c>, or bytes.</summary>
    /// <exception cref="ArgumentException">It is not a size.</exception>
    public static long Parse(string text) => TryParse(text, out var size) ? size : throw new ArgumentException($"{text} is no size.");

    /// <summary>The same; false if it is not a size.</summary>
    public static bool TryParse(string text, out long size)
    {
        var unit = text.Length == 0 ? -1 : "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal);
        var isNumber = long.TryParse(unit < 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue >> (10 * (unit + 1));
        size = isNumber ? number << (10 * (unit + 1)) : 0;
        return isNumber;
    }
}
