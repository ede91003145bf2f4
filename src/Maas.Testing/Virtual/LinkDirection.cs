namespace Maas.Testing.Virtual;

/// <summary>One direction of a link: when, how often, and whether a datagram arrives at its other end.</summary>
internal sealed class LinkDirection(SeededRandom random)
{
    /// <summary>How many arrivals of one datagram a link's two directions can make.</summary>
    public const int MostArrivals = 4;

    private long _last;

    /// <summary>Passes on a datagram.</summary>
    /// <param name="conditions">What the link does.</param>
    /// <param name="entered">When it entered, in ticks; several times when it was duplicated before.</param>
    /// <param name="arrivals">When it arrives.</param>
    /// <returns>How many times it arrives.</returns>
    public int Pass(LinkConditions conditions, ReadOnlySpan<long> entered, Span<long> arrivals)
    {
        var count = 0;
        foreach (var at in entered)
        {
            var copies = random.Happens(conditions.Loss) ? 0 : random.Happens(conditions.Duplication) ? 2 : 1;
            for (; copies > 0; copies--) arrivals[count++] = Arrival(conditions, at);
        }

        return count;
    }

    private long Arrival(LinkConditions conditions, long at)
    {
        at += conditions.Delay.Ticks;
        if (conditions.Jitter > TimeSpan.Zero) at += (long)(random.NextDouble() * conditions.Jitter.Ticks);
        at = Math.Max(at, _last);
        if (random.Happens(conditions.Reordering)) return at + conditions.ReorderingDelay.Ticks; // the next ones overtake it
        return _last = at;
    }
}
