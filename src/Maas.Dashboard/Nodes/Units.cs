using System.Globalization;

namespace Maas.Dashboard.Nodes;

/// <summary>Writes sizes and times for people.</summary>
internal static class Units
{
    /// <summary>Bytes in binary units.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {units[unit]}");
    }

    /// <summary>A number with separators of thousands.</summary>
    public static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things, with the plural of their name.</summary>
    public static string Count(int count, string name = "machine") =>
        $"{Number(count)} {name}{(count == 1 ? "" : "s")}";

    /// <summary>A duration by its two largest units.</summary>
    public static string Duration(TimeSpan time) =>
        time < TimeSpan.Zero ? "0 s"
        : time.TotalDays >= 1 ? $"{(int)time.TotalDays} d {time.Hours} h"
        : time.TotalHours >= 1 ? $"{time.Hours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s"
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    /// <summary>A point in time, in UTC.</summary>
    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
