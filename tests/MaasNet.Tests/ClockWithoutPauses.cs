using Microsoft.Extensions.Time.Testing;

namespace MaasNet.Tests;

/// <summary>A clock on which the pause between two questions passes at once.</summary>
/// <param name="pause">The pause.</param>
internal sealed class ClockWithoutPauses(TimeSpan pause) : FakeTimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == pause) Advance(pause);
        return timer;
    }
}
