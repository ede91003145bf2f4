namespace Maas.Boot.Net;

/// <summary>
/// A clock that no correction of the system's clock moves: it begins with the system's time and goes on by the monotonic timer. Whatever
/// must last as long as it was meant to is timed by it; else a clock that is set back by years holds for years what was to be held for
/// seconds.
/// </summary>
internal sealed class SteadyClock(TimeProvider timeProvider)
{
    private readonly DateTimeOffset _start = timeProvider.GetUtcNow();
    private readonly long _startedAt = timeProvider.GetTimestamp();

    /// <summary>The time now, as if the system's clock had not been corrected since this one began.</summary>
    public DateTimeOffset Now => _start + timeProvider.GetElapsedTime(_startedAt);

    /// <summary>
    /// What is added to a time of this clock to have it as the system's clock shows it, in whole seconds: for a store, and for people.
    /// </summary>
    public TimeSpan Correction => TimeSpan.FromSeconds(Math.Round((timeProvider.GetUtcNow() - Now).TotalSeconds));
}
