namespace Maas.Postgres;

/// <summary>
/// The database's clock, so that the hosts of one store agree on the time whatever their own clocks show. Each transaction sets it;
/// between transactions it runs by the host's monotonic timestamps. Before the first one it is the host's clock.
/// </summary>
/// <param name="host">The host's clock, which runs the timers too.</param>
internal sealed class DatabaseClock(TimeProvider host) : TimeProvider
{
    /// <summary>A smaller difference is the duration of a message: the clock does not follow it.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(500);

    private volatile Setting? _setting;

    /// <inheritdoc/>
    public override long TimestampFrequency => host.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => host.LocalTimeZone;

    /// <summary>Sets the clock.</summary>
    /// <param name="time">The database's time.</param>
    /// <param name="sent">The timestamp when the database was asked; it answered since.</param>
    public void Set(DateTimeOffset time, long sent)
    {
        var now = host.GetTimestamp();
        var middle = time + (host.GetElapsedTime(sent, now) / 2);
        if (_setting is null || (GetUtcNow() - middle).Duration() > Tolerance) _setting = new Setting(middle, now);
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        _setting is { } setting ? setting.Time + host.GetElapsedTime(setting.Timestamp) : host.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => host.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        host.CreateTimer(callback, state, dueTime, period);

    private sealed record Setting(DateTimeOffset Time, long Timestamp);
}
