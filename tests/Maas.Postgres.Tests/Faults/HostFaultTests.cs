using System.Diagnostics;
using Maas.Core.Nodes;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// Three hosts that are killed, paused, cut off and whose clocks are a day wrong, on a server that is restarted: every machine has one life
/// and reaches its end, and no change is lost.
/// </summary>
public sealed class HostFaultTests
{
    [Fact]
    public async Task Fifty_machines_live_one_life_with_a_fault_in_each_phase()
    {
        using var limit = Limit(TimeSpan.FromMinutes(14));
        await using var lab = await FaultLab.StartAsync(limit.Token);
        var began = Stopwatch.GetTimestamp();
        var lives = Enumerable.Range(0, 50).Select(number => lab.LiveAsync(number, limit.Token)).ToList();

        var host = 0;
        foreach (var status in (MachineStatus[])
            [MachineStatus.New, MachineStatus.Commissioning, MachineStatus.Ready, MachineStatus.Deploying, MachineStatus.Deployed])
        {
            await lab.ReachedAsync(status, 10, limit.Token);
            await lab.Hosts[host % 3].KillAsync();
            await lab.Hosts[host % 3].StartAsync(limit.Token);
            host++;
        }

        await lab.Hosts[0].SignalAsync("STOP");
        await WaitAsync(TimeSpan.FromSeconds(30), limit.Token);
        await lab.Hosts[0].SignalAsync("CONT");
        lab.Hosts[1].Partition.Cut();
        await WaitAsync(TimeSpan.FromSeconds(10), limit.Token);
        lab.Hosts[1].Partition.Heal();
        foreach (var mode in (string[])["fast", "immediate"])
        {
            await lab.Server.StopAsync(mode);
            await lab.Server.StartAsync();
        }

        await CheckAsync(lab, await Task.WhenAll(lives), limit.Token);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{lives.Count} lives in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, {lab.Power.Requests} requests of power, "
                + $"{lab.Seen.Count} changes");
    }

    private static async Task CheckAsync(FaultLab lab, string[] ids, CancellationToken stop)
    {
        await using var store = await lab.OpenStoreAsync(stop);
        var changes = await store.Machines.ReadChangesAsync(0, 100_000, stop);
        ids.Should().OnlyHaveUniqueItems();
        foreach (var id in ids)
        {
            var own = changes.Where(change => $"{change.MachineId}" == id).ToList();
            own.Select(change => change.Version).Should().Equal(Enumerable.Range(1, own.Count).Select(version => (long)version));
            var steps = own.Where(change => change.IsStatusChange && change.To is not MachineStatus.Allocated);
            steps.Select(change => change.To).Should().Equal(
            [
                MachineStatus.New, MachineStatus.Commissioning, MachineStatus.Ready, MachineStatus.Deploying, MachineStatus.Deployed,
                MachineStatus.Releasing, MachineStatus.Ready,
            ], "each step is taken once");
            lab.Power.BootsOf(id).Should().Be(2, "a machine boots once to be commissioned and once to be deployed");
        }

        (await store.PowerQueue.CountAsync(stop)).Should().Be(0);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (lab.Seen.Count < changes.Count) await ticks.WaitForNextTickAsync(stop);
        lab.Seen.Should().Equal(changes, "a reader misses no change and sees none twice");
    }

    private static CancellationTokenSource Limit(TimeSpan time)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(time);
        return limit;
    }

    private static async Task WaitAsync(TimeSpan time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(stop);
    }
}
