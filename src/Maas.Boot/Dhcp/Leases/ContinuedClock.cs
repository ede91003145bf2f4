namespace Maas.Boot.Dhcp.Leases;

/// <summary>A clock that was read before, by an earlier process, and goes on from there by the host's timer.</summary>
/// <param name="host">The host's clock.</param>
/// <param name="time">The time now.</param>
internal sealed class ContinuedClock(TimeProvider host, DateTimeOffset time) : TimeProvider
{
    private readonly long _began = host.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => host.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => host.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time + host.GetElapsedTime(_began);

    /// <inheritdoc/>
    public override long GetTimestamp() => host.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        host.CreateTimer(callback, state, dueTime, period);
}
