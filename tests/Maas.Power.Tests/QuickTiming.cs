namespace Maas.Power.Tests;

/// <summary>The patience of tests with controllers on loopback.</summary>
internal static class QuickTiming
{
    public static PowerTimingOptions Options => new()
    {
        RetryPause = TimeSpan.FromMilliseconds(1),
        MinimumInterval = TimeSpan.Zero,
        ObserveInterval = TimeSpan.FromMilliseconds(5),
        ObserveTimeout = TimeSpan.FromSeconds(3),
        ShutdownTimeout = TimeSpan.FromSeconds(10),
    };
}
