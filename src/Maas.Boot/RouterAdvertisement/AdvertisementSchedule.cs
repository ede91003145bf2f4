namespace Maas.Boot.RouterAdvertisement;

/// <summary>
/// When to advertise (RFC 4861 sections 6.2.4 and 6.2.6). Pure: it takes the time and the events, and says when the next advertisement
/// is due.
/// </summary>
/// <param name="longestInterval">The longest time between two unasked advertisements; the shortest is a third of it.</param>
/// <param name="start">When the interface began to advertise; the first advertisement is due at once.</param>
/// <param name="random">A number from 0 to 1 each time: neighbours shall not fall into step.</param>
internal sealed class AdvertisementSchedule(TimeSpan longestInterval, DateTimeOffset start, Func<double> random)
{
    private const int InitialAdvertisements = 3;

    private static readonly TimeSpan LongestInitialInterval = TimeSpan.FromSeconds(16), LongestDelay = TimeSpan.FromMilliseconds(500),
        ShortestBetween = TimeSpan.FromSeconds(3);

    private int _sent;
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    /// <summary>When the next advertisement to all is due.</summary>
    public DateTimeOffset Next { get; private set; } = start;

    /// <summary>
    /// A host solicited an advertisement. It is sent within half a second, though never sooner than 3 s after the last advertisement: a
    /// storm of questions gets one answer.
    /// </summary>
    public void Solicited(DateTimeOffset now)
    {
        var due = now + (LongestDelay * random());
        if (_sent > 0 && due < _last + ShortestBetween) due = _last + ShortestBetween + (LongestDelay * random());
        if (due < Next) Next = due;
    }

    /// <summary>An advertisement was sent.</summary>
    public void Sent(DateTimeOffset now)
    {
        _last = now;
        _sent++;
        var interval = longestInterval * (1 + (2 * random())) / 3;
        if (_sent < InitialAdvertisements && interval > LongestInitialInterval) interval = LongestInitialInterval;
        Next = now + interval;
    }
}
