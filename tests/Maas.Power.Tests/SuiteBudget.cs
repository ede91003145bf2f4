using System.Diagnostics;

[assembly: AssemblyFixture(typeof(Maas.Power.Tests.SuiteBudget))]

namespace Maas.Power.Tests;

/// <summary>
/// The suite takes about 5 s. It has no test that sleeps, and fails when it takes a minute: waits belong to a clock that the test moves.
/// </summary>
public sealed class SuiteBudget : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Ends the suite.</summary>
    public void Dispose()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed > Longest)
            throw new InvalidOperationException($"The suite took {elapsed.TotalSeconds:0} s; it may take {Longest.TotalSeconds:0}.");
    }
}
