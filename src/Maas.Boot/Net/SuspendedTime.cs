namespace Maas.Boot.Net;

/// <summary>
/// For how long a host stood still since another clock was read. The monotonic timer, by which a host goes on from such a reading, stops
/// while the host is suspended; the system's clock has the right time again when it wakes up. A system's clock that was set forward looks
/// the same.
/// </summary>
/// <remarks>
/// A virtual machine whose clocks are all stopped, and set right later, looks as if no time had passed until then.
/// </remarks>
/// <param name="host">The host's clock.</param>
internal sealed class SuspendedTime(TimeProvider host)
{
    /// <summary>A smaller difference is a clock that is adjusted.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    private volatile Reading _reading = new(host.GetUtcNow(), host.GetTimestamp());

    /// <summary>The time it stood still; zero for none.</summary>
    public TimeSpan Value
    {
        get
        {
            var reading = _reading;
            var difference = host.GetUtcNow() - reading.Time - host.GetElapsedTime(reading.Timestamp);
            return difference > Tolerance ? difference : TimeSpan.Zero;
        }
    }

    /// <summary>To be called before the other clock is read.</summary>
    public Reading Begin() => new(host.GetUtcNow(), host.GetTimestamp());

    /// <summary>To be called after it was read.</summary>
    /// <param name="reading">What <see cref="Begin"/> returned.</param>
    public void End(Reading reading) => _reading = reading;

    /// <summary>The host's clocks at one moment.</summary>
    internal sealed record Reading(DateTimeOffset Time, long Timestamp);
}
