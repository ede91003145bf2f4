using Maas.Boot.Diagnostics;

namespace Maas.Boot.Net;

/// <summary>
/// How often something may happen in a minute, for each of many keys that senders choose. Its memory is bounded: beyond
/// <see cref="MostKeys"/> keys in a minute all others share one.
/// </summary>
internal sealed class KeyedRateLimiter(int limit)
{
    private const int MostKeys = 4096;

    private readonly Dictionary<OctetKey, int> _counts = new(OctetKey.Comparer);
    private readonly TimeWindow _window = new(TimeSpan.FromMinutes(1));
    private int _others;

    /// <summary>Counts one more.</summary>
    /// <param name="key">For whom.</param>
    /// <param name="now">When.</param>
    /// <param name="isFirst">Whether it is the first of this minute that is one too many.</param>
    /// <returns><see langword="false"/> when it is one too many.</returns>
    public bool TryTake(ReadOnlySpan<byte> key, DateTimeOffset now, out bool isFirst)
    {
        isFirst = false;
        if (_window.TryBegin(now))
        {
            _others = 0;
            _counts.Clear();
        }

        var counts = _counts.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!counts.TryGetValue(key, out var count) && _counts.Count >= MostKeys)
        {
            isFirst = ++_others == limit + 1;
            return _others <= limit;
        }

        if (count > limit) return false;
        counts[key] = count + 1;
        isFirst = count == limit;
        return count < limit;
    }
}
