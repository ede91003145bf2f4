namespace Maas.FaultHost;

/// <summary>A clock that is wrong by days.</summary>
internal sealed class WrongClock(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
}
