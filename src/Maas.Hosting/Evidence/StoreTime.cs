namespace Maas.Hosting.Evidence;

/// <summary>
/// Times of the host's clock by the clock of the store. Boot's servers know the host's alone, and one that is a day ahead would put what it
/// saw behind everything that the other hosts see in that day.
/// </summary>
/// <param name="host">The host's clock.</param>
/// <param name="store">The clock that the hosts of the store have in common.</param>
internal sealed class StoreTime(TimeProvider host, TimeProvider store)
{
    /// <summary>A smaller difference is not corrected: it changes with each setting of the store's clock.</summary>
    private static readonly TimeSpan S_tolerance = TimeSpan.FromSeconds(1);

    /// <summary>A recent time of the host's clock, by the clock of the store.</summary>
    public DateTimeOffset Of(DateTimeOffset time)
    {
        var difference = store.GetUtcNow() - host.GetUtcNow();
        return difference.Duration() < S_tolerance ? time : time + difference;
    }
}
