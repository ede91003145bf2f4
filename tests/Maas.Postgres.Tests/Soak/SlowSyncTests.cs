using System.Diagnostics;
using Maas.Judges;

namespace Maas.Postgres.Tests.Soak;

/// <summary>A host whose disk takes its time for each sync, as a worn or shared one does.</summary>
public sealed class SlowSyncTests
{
    [Fact(Timeout = 180_000)]
    public async Task A_machine_lives_a_whole_life_on_a_host_whose_disk_syncs_slowly()
    {
        const int Milliseconds = 15;
        Judge.RequireAll("gcc", "env");
        var stop = TestContext.Current.CancellationToken;
        await using var host = new SoakProcess(3, null);
        await using var machines = new SoakMachines([host], stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            _ = machines.ServePowerAsync(end.Token);
            var library = await PreloadedLibrary.CompileSlowSyncAsync(host.Folder, Milliseconds, stop);
            await host.StartAsync(["env", $"LD_PRELOAD={library}"], stop);

            var began = Stopwatch.GetTimestamp();
            await machines.LiveAsync(0, 1, stop);

            machines.Failures.Should().Be(0, $"nothing fails for a slow disk: {machines.LastFailure}");
            machines.Lives.Should().Be(1);
            var syncs = new FileInfo(Path.Combine(host.Folder, "syncs")).Length;
            syncs.Should().BeGreaterThan(10, "they were made slow");
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"A life, {syncs} syncs of {Milliseconds} ms, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        }
        finally
        {
            await end.CancelAsync();
        }
    }
}
