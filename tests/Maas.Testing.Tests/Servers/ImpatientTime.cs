using Microsoft.Extensions.Time.Testing;

namespace Maas.Testing.Tests.Servers;

/// <summary>A clock by which a pause takes no time; it counts its seconds.</summary>
internal sealed class ImpatientTime : FakeTimeProvider
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    public List<double> Pauses { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero || dueTime > LongestPause) return base.CreateTimer(callback, state, dueTime, period);
        Pauses.Add(dueTime.TotalSeconds);
        return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
