using System.Globalization;

namespace Maas.Core.Configuration;

/// <summary>MAAS's form of an interval: numbers with <c>s</c>, <c>m</c> or <c>h</c>, such as <c>1h30m</c>; a minute to a day.</summary>
internal static class IntervalText
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static bool TryRead(string text, out TimeSpan interval)
    {
        interval = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 6) return false;
            var number = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            TimeSpan? part = rest[digits] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                _ => null,
            };
            if (part is null) return false;
            interval += part.Value;
            rest = rest[(digits + 1)..];
        }

        return interval >= Shortest && interval <= Longest;
    }
}
