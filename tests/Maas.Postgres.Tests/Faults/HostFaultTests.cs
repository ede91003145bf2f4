using System.Diagnostics;
using Maas.Core.Nodes;
using Maas.FaultHost;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// Three hosts that are killed, paused, cut off and with clocks that are a day wrong, on a server that is restarted: every machine has one
/// life and reaches its end, and readers of the change feed that begin at one host and go on at another one miss no change.
/// </summary>
public sealed class HostFaultTests
{
    private const int Machines = 50, FirstWave = 30, SecondWave = 12;
    private static readonly TimeSpan PowerTimeout = TimeSpan.FromSeconds(2); // 3 s of the hosts, from before a request arrives

    /// <remarks>
    /// All machines live at once, and wait in each phase until the fault for it: so it meets many of them, and more that are behind. Of the
    /// machines that are Ready, some wait for the pause of a host, and the last ones for the restarts of the database.
    /// </remarks>
    [Fact]
    public async Task Fifty_machines_live_one_life_with_a_fault_in_each_phase()
    {
        using var limit = Limit(TimeSpan.FromMinutes(14));
        await using var lab = await FaultLab.StartAsync(limit.Token);
        var began = Stopwatch.GetTimestamp();
        var lives = Enumerable.Range(0, Machines).Select(number => lab.LiveAsync(number, WaveOf(number), limit.Token)).ToList();

        await KillInAsync(lab, 0, MachineStatus.New, Machines, null, limit.Token);
        await KillInAsync(lab, 1, MachineStatus.Commissioning, 30, null, limit.Token);
        await KillInAsync(lab, 2, MachineStatus.Ready, 30, null, limit.Token);
        await KillInAsync(lab, 0, MachineStatus.Deploying, 20, null, limit.Token);
        await KillInAsync(lab, 1, MachineStatus.Deployed, 20, 10, limit.Token);
        await KillInReleasingAsync(lab, 8, limit.Token);

        var takeover = await PauseAsync(lab, limit.Token);
        lab.Waves[1].Open(null);
        lab.Hosts[1].CutOff(silently: false);
        await WaitAsync(TimeSpan.FromSeconds(3), limit.Token);
        lab.Hosts[1].Heal();
        foreach (var mode in (string[])["fast", "immediate"])
        {
            await lab.Server.StopAsync(mode);
            await lab.Server.StartAsync();
        }

        var ids = await Task.WhenAll(lives);
        var changes = await CheckAsync(lab, ids, limit.Token);
        await CheckReadersAsync(lab, changes, limit.Token);
        Say(
            $"{lives.Count} lives in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, {changes.Count} changes, "
                + $"another leader after {takeover.TotalSeconds:0.0} s");
    }

    private static int WaveOf(int number) => number switch { < FirstWave => 0, < FirstWave + SecondWave => 1, _ => 2 };

    /// <summary>Kills a host when so many machines are in a phase, and some of them have just been served.</summary>
    /// <param name="lab">The hosts and the machines.</param>
    /// <param name="host">Which host.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="waiting">How many machines are in it at least.</param>
    /// <param name="count">How many of them go on; <see langword="null"/> for all.</param>
    /// <param name="stop">Ends the wait.</param>
    private static async Task KillInAsync(FaultLab lab, int host, MachineStatus phase, int waiting, int? count, CancellationToken stop)
    {
        const int Served = 5;
        var gate = lab.Gates[phase];
        await gate.WhenAsync(each => each.Waiting >= waiting, stop);
        gate.Open(count);
        await gate.WhenAsync(each => each.Acted >= Served, stop);
        Say($"{lab.Hosts[host].Name} is killed when {gate.Acted} of {waiting} machines are served in {phase}");
        await lab.Hosts[host].KillAsync();
        await lab.Hosts[host].StartAsync(stop);
    }

    /// <summary>Kills a host that has turned machines off to release them, and has not heard that they are off.</summary>
    /// <param name="lab">The hosts and the machines.</param>
    /// <param name="count">How many machines are released at once at least.</param>
    /// <param name="stop">Ends the wait.</param>
    private static async Task KillInReleasingAsync(FaultLab lab, int count, CancellationToken stop)
    {
        var held = lab.Power.HoldAsync((_, id, isOn) => !isOn && lab.Power.BootsOf(id) == 2);
        lab.Gates[MachineStatus.Deployed].Open(null);
        var name = await held.WaitAsync(stop);
        await lab.HaveAsync(MachineStatus.Releasing, count, stop);
        Say($"{name} is killed when {count} machines are being released");
        var killed = lab.Hosts.Single(host => host.Name == name);
        await killed.KillAsync();
        lab.Power.Release();
        await killed.StartAsync(stop);
    }

    /// <summary>
    /// Pauses the host that leads while it asks for power, for longer than its claim. Meanwhile nothing passes between another host and the
    /// database for a while, and the process of a connection is killed.
    /// </summary>
    /// <returns>How long it took until another host led.</returns>
    private static async Task<TimeSpan> PauseAsync(FaultLab lab, CancellationToken stop)
    {
        var paused = await lab.LeaderAsync(null, stop);
        var held = lab.Power.HoldAsync((host, _, _) => host == paused.Name);
        lab.Waves[0].Open(null);
        await held.WaitAsync(stop);
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

    /// <summary>Checks that each machine took each step once.</summary>
    /// <returns>All changes.</returns>
    private static async Task<IReadOnlyList<MachineChanged>> CheckAsync(FaultLab lab, string[] ids, CancellationToken stop)
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
        return changes;
    }

    private static async Task CheckReadersAsync(FaultLab lab, IReadOnlyList<MachineChanged> changes, CancellationToken stop)
    {
        var lines = changes.Select(ChangeLine.Of).ToList();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        foreach (var reader in lab.Readers)
        {
            while (reader.Read.Count < lines.Count) await ticks.WaitForNextTickAsync(stop);
            reader.Read.Select(each => each.Change).Should().Equal(lines, "a reader misses no change and sees none twice");
            reader.Read.Select(each => each.Host).Distinct().Should().HaveCountGreaterThan(1, "the host that it began at was killed");
        }
    }

    // A machine is turned off at the end of its commissioning, and again before it boots to be deployed. Any other request is repeated only
    // when the host that made it was killed, paused or cut off before it had stored the outcome, or had no answer in its time.
    private static void CheckPower(FaultLab lab, string id)
    {
        var requests = lab.Power.RequestsOf(id);
        var (boots, isTurnedOffTwice) = (0, false);
        foreach (var (request, next) in requests.Zip(requests.Skip(1)))
        {
            if (request is { IsOn: true, Repeats: false }) boots++;
            if (!next.Repeats || lab.Hosts.Single(host => host.Name == request.Host).HadFault(request.At, next.At)
                || (request.IsHeld && Stopwatch.GetElapsedTime(request.At, next.At) >= PowerTimeout)) continue;
            (next.IsOn || boots != 1 || isTurnedOffTwice).Should().BeFalse(
                $"machine {id} was switched {(next.IsOn ? "on" : "off")} by {request.Host} and again by {next.Host}, "
                    + $"{Stopwatch.GetElapsedTime(request.At, next.At).TotalSeconds:0.0} s later");
            isTurnedOffTwice = true;
        }
    }

    private static void Say(string text) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{TimeProvider.System.GetUtcNow():T} {text}");

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
