using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp.Leases;

/// <summary>The clock of a host that can be suspended: its timer stops then, and its time is right when it wakes up.</summary>
/// <param name="world">The time of everything else.</param>
internal sealed class SuspendableTime(FakeTimeProvider world) : TimeProvider
{
    private long _stoodStill;

    public override long TimestampFrequency => world.TimestampFrequency;

    /// <summary>A clock of a database, as this host goes on from its last reading.</summary>
    public ReadClock CreateReadClock() => new(this, world);

    public void Suspend(TimeSpan time)
    {
        _stoodStill += (long)(time.TotalSeconds * TimestampFrequency);
        world.Advance(time);
    }

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow();

    public override long GetTimestamp() => world.GetTimestamp() - _stoodStill;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(callback, state, dueTime, period);

    internal sealed class ReadClock(SuspendableTime host, FakeTimeProvider world) : TimeProvider
    {
        private (DateTimeOffset Time, long Timestamp) _read = (world.GetUtcNow(), host.GetTimestamp());

        public override long TimestampFrequency => host.TimestampFrequency;

        public void Read() => _read = (world.GetUtcNow(), host.GetTimestamp());

        public override DateTimeOffset GetUtcNow() => _read.Time + host.GetElapsedTime(_read.Timestamp);

        public override long GetTimestamp() => host.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            host.CreateTimer(callback, state, dueTime, period);
    }
}
