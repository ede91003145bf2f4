namespace Maas.Boot.Diagnostics;

/// <summary>
/// Tells when a counting window ends and the next one begins. A clock that is set back begins a new window at once, so that a budget spent
/// in "the future" never lasts longer than one window.
/// </summary>
/// <param name="length">The length of a window.</param>
internal sealed class TimeWindow(TimeSpan length)
{
    private DateTimeOffset _began = DateTimeOffset.MinValue;

    /// <summary>Begins a new window when the present one is over, or lies in the future.</summary>
    /// <returns>Whether a new window began: the caller resets its counters.</returns>
    public bool TryBegin(DateTimeOffset now)
    {
        if (now >= _began && now - _began < length) return false;
        _began = now;
        return true;
    }
}
