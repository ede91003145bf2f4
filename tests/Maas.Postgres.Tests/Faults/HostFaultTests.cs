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
        var lives = Enumerable.Range(0, 25).Select(number => lab.LiveAsync(number, limit.Token)).ToList();

        var host = 0;
        foreach (var status in (MachineStatus[])
            [MachineStatus.New, MachineStatus.Commissioning, MachineStatus.Ready, MachineStatus.Deploying, MachineStatus.Deployed])
        {
            await lab.ReachedAsync(status, 10, limit.Token);
            await lab.Hosts[host % 3].KillAsync();
            await lab.Hosts[host % 3].StartAsync(limit.Token);
            host++;
        }

        lives.AddRange(Enumerable.Range(25, 25).Select(number => lab.LiveAsync(number, limit.Token)));
        var takeover = await PauseAsync(lab, limit.Token);
        lab.Hosts[1].CutOff(silently: false);
        await WaitAsync(TimeSpan.FromSeconds(3), limit.Token);
        lab.Hosts[1].Heal();
        foreach (var mode in (string[])["fast", "immediate"])
        {
            await lab.Server.StopAsync(mode);
            await lab.Server.StartAsync();
        }

        await CheckAsync(lab, await Task.WhenAll(lives), limit.Token);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{lives.Count} lives in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, {lab.Seen.Count} changes, "
                + $"another leader after {takeover.TotalSeconds:0.0} s");
    }

    /// <summary>
    /// Pauses the host that leads while it asks for power, for longer than its claim. Meanwhile nothing passes between another host and the
    /// database for a while, and the process of a connection is killed.
    /// </summary>
    /// <returns>How long it took until another host led.</returns>
    private static async Task<TimeSpan> PauseAsync(FaultLab lab, CancellationToken stop)
    {
        var paused = await lab.LeaderAsync(null, stop);
        await lab.Power.HoldAsync(paused.Name).WaitAsync(stop);
        await paused.SignalAsync("STOP");
        var began = Stopwatch.GetTimestamp();
        lab.Power.Release();
        using var claimEnds = new PeriodicTimer(TimeSpan.FromSeconds(35)); // PowerTimeout, and half a minute
        await lab.LeaderAsync(paused, stop);
        var takeover = Stopwatch.GetElapsedTime(began);
        var others = lab.Hosts.Where(host => host != paused).ToList();
        others[0].CutOff(silently: true);
        await WaitAsync(TimeSpan.FromSeconds(10), stop);
        others[0].Heal();
        await lab.Server.KillBackendAsync(others[1].Name);
        await claimEnds.WaitForNextTickAsync(stop);
        await paused.SignalAsync("CONT");
        takeover.Should().BeLessThan(TimeSpan.FromSeconds(30), "the server waits 10 s, and this machine is busy");
        return takeover;
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
            CheckPower(lab, id);
        }

        (await store.PowerQueue.CountAsync(stop)).Should().Be(0);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (lab.Seen.Count < changes.Count) await ticks.WaitForNextTickAsync(stop);
        lab.Seen.Should().Equal(changes, "a reader misses no change and sees none twice");
    }

    // A machine is turned off at the end of its commissioning, and again before it boots to be deployed. Any other request is repeated only
    // when the host that made it was killed, paused or cut off before it had stored the outcome.
    private static void CheckPower(FaultLab lab, string id)
    {
        var requests = lab.Power.RequestsOf(id);
        var (boots, isTurnedOffTwice) = (0, false);
        foreach (var (request, next) in requests.Zip(requests.Skip(1)))
        {
            if (request is { IsOn: true, Repeats: false }) boots++;
            if (!next.Repeats || lab.Hosts.Single(host => host.Name == request.Host).HadFault(request.At, next.At)) continue;
            (next.IsOn || boots != 1 || isTurnedOffTwice).Should().BeFalse(
                $"machine {id} was switched {(next.IsOn ? "on" : "off")} by {request.Host} and again by {next.Host}, "
                    + $"{Stopwatch.GetElapsedTime(request.At, next.At).TotalSeconds:0.0} s later");
            isTurnedOffTwice = true;
        }
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
