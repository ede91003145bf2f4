namespace Maas.Testing.Virtual;

/// <summary>The clock of a network: it stops while anything runs, and advances to the next event when nothing does.</summary>
internal sealed class VirtualTimeProvider(NetworkLoop loop, DateTimeOffset start) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(loop.Now);

    public override long GetTimestamp() => loop.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer of that clock; its callback runs on the network's loop.</summary>
internal sealed class VirtualTimer(NetworkLoop loop, TimerCallback callback, object? state) : ITimer
{
    // The outside call that waits for the clock by this timer, if it was made in one.
    private readonly OutsideCall? _outside = OutsideCall.Current;
    private Due? _due;
    private bool _isDisposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        lock (loop.Gate)
        {
            if (_isDisposed) return false;
            Disarm();
            if (dueTime != Timeout.InfiniteTimeSpan) Arm(loop.Now + dueTime.Ticks, period);
            return true;
        }
    }

    public void Dispose()
    {
        lock (loop.Gate)
        {
            _isDisposed = true;
            Disarm();
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void Arm(long due, TimeSpan period)
    {
        _due = new Due(this, due, period);
        if (_outside is not null) _outside.Timers++;
        loop.Add(due, _due);
    }

    private void Disarm()
    {
        if (_due is null) return;
        _due = null;
        if (_outside is not null) _outside.Timers--;
    }

    private sealed class Due(VirtualTimer timer, long due, TimeSpan period) : ScheduledEvent
    {
        public override bool IsCancelled => timer._due != this;

        public override void Run()
        {
            timer.Fire(due, period);
        }
    }

    private void Fire(long due, TimeSpan period)
    {
        lock (loop.Gate)
        {
            Disarm();
            if (period > TimeSpan.Zero) Arm(due + period.Ticks, period);
        }

        callback(state);
    }
}
