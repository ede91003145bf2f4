using System.Diagnostics;
using System.Globalization;
using Maas.Judges;
using Maas.Postgres.Tests.Soak;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// Three hosts on one link, two of them with clocks that are a day wrong, and machines that boot from them by DHCP, TFTP and HTTP, with
/// boot tokens and signed requests. Each host is killed, one is paused, one is cut off from the database, which is restarted and paused:
/// every machine lives its life, and no address is assigned twice.
/// </summary>
public sealed class LinkFaultTests
{
    private const int Machines = 12, StepsOfLife = 4;

    // Firmware that gets no answer before it gives up boots from the disk, as real one does, and its machine stays as it is until its
    // deadline. How many do so follows from how fast this machine is beside other tests.
    private const int MostFailures = 6;
    private static readonly TimeSpan CutOff = TimeSpan.FromSeconds(40); // longer than requests wait for the database (RetryDuration)

    [Fact(Timeout = 600_000)]
    public async Task Machines_that_boot_from_three_hosts_live_while_hosts_and_the_database_are_killed_paused_and_parted()
    {
        Judge.RequireAll("bash", "gcc", "env");
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        await using var way = new Partition(server.ConnectionString);
        await using var first = new SoakProcess(10, server);
        await using var ahead = new SoakProcess(first, 2);
        await using var behind = new SoakProcess(first, 3) { Way = way };
        SoakProcess[] hosts = [first, ahead, behind];
        string[][] clocks = [[], await ShiftClockAsync(ahead.Folder, 1, stop), await ShiftClockAsync(behind.Folder, -1, stop)];
        await using var machines = new SoakMachines(hosts, stop)
        {
            LongestStep = TimeSpan.FromMinutes(3), LongestFailure = TimeSpan.FromMinutes(3),
        };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = machines.ServePowerAsync(end.Token);
        try
        {
            foreach (var (host, clock) in hosts.Zip(clocks)) await host.StartAsync(clock, stop);
            var began = Stopwatch.GetTimestamp();
            var lives = Enumerable.Range(0, Machines).Select(number => LiveAsync(machines, number)).ToList();
            await FailAsync(server, way, hosts, clocks, machines, stop);
            await Task.WhenAll(lives);
            var took = Stopwatch.GetElapsedTime(began);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{Machines} lives in {took.TotalSeconds:0} s, {machines.Failures} begun anew, "
                    + $"{machines.Restarts} boots begun again, {machines.Leased.Count} leases");
            machines.Failures.Should().BeLessThanOrEqualTo(MostFailures, $"the last one: {machines.LastFailure}");
            await AddressChecker.CheckAsync(machines, Machines, server, stop);
        }
        finally
        {
            await server.SignalAsync("CONT");
            await end.CancelAsync();
        }
    }

    /// <summary>The faults, each after a quarter of the steps of all lives.</summary>
    private static async Task FailAsync(
        PostgresServer server, Partition way, SoakProcess[] hosts, string[][] clocks, SoakMachines machines, CancellationToken stop)
    {
        const int Quarter = Machines * StepsOfLife / 4;
        var (first, ahead, behind) = (hosts[0], hosts[1], hosts[2]);
        await ReachedAsync(machines, Quarter, stop);
        await first.KillAsync();
        await first.StartAsync(clocks[0], stop);
        await SignalAsync(behind, "STOP", stop);
        await WaitAsync(TimeSpan.FromSeconds(5), stop);
        await SignalAsync(behind, "CONT", stop);

        await ReachedAsync(machines, 2 * Quarter, stop);
        var cut = CutOffAsync(way, stop);
        await ahead.KillAsync();
        await server.StopAsync("immediate");
        await server.StartAsync();
        await ahead.StartAsync(clocks[1], stop);
        await cut;

        await ReachedAsync(machines, 3 * Quarter, stop);
        await behind.KillAsync();
        await server.SignalAsync("STOP");
        await WaitAsync(TimeSpan.FromSeconds(30), stop);
        await server.SignalAsync("CONT");
        await behind.StartAsync(clocks[2], stop);
    }

    // Nothing passes between one host and the database, and neither side sees an end.
    private static async Task CutOffAsync(Partition way, CancellationToken stop)
    {
        _ = way.Stall();
        await WaitAsync(CutOff, stop);
        way.Heal();
    }

    // What the system tells a process of the time.
    private static async Task<string[]> ShiftClockAsync(string folder, int days, CancellationToken stop)
    {
        var library = await PreloadedLibrary.CompileAsync(
            folder, "clock",
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                #define _GNU_SOURCE
                #include <dlfcn.h>
                #include <time.h>
                int clock_gettime(clockid_t clock, struct timespec *time) {
                    int result = ((int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime"))(clock, time);
                    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += {{days}} * 86400;
                    return result;
                }
                """),
            stop);
        return ["env", $"LD_PRELOAD={library}"];
    }

    private static async Task LiveAsync(SoakMachines machines, int number)
    {
        string? id = null;
        while (id is null) id = await machines.LiveAsync(number, id);
    }

    private static async Task ReachedAsync(SoakMachines machines, int steps, CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (machines.Steps < steps) await ticks.WaitForNextTickAsync(stop);
    }

    private static async Task SignalAsync(SoakProcess host, string signal, CancellationToken stop) =>
        (await Judge.RunAsync("bash", ["-c", $"kill -{signal} {host.ProcessId}"], cancellationToken: stop)).Approved();

    private static async Task WaitAsync(TimeSpan time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(stop);
    }
}
