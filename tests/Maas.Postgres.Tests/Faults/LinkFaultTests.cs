using System.Diagnostics;
using System.Globalization;
using Maas.Judges;
using Maas.Postgres.Tests.Soak;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// Three hosts on one link, two of them with clocks that are a day wrong, and machines that boot from them by DHCP, TFTP and HTTP, with
/// boot tokens and signed requests. Each host is killed, one is paused, and the database is restarted: every machine lives its life, and no
/// address is assigned twice.
/// </summary>
public sealed class LinkFaultTests
{
    private const int Machines = 12;
    private const int MostFailures = 6;

    [Fact(Timeout = 420_000)]
    public async Task Machines_that_boot_from_three_hosts_live_while_each_host_is_killed_or_paused()
    {
        Judge.RequireAll("bash", "gcc", "env");
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        await using var first = new SoakProcess(10, server);
        await using var ahead = new SoakProcess(first, 2);
        await using var behind = new SoakProcess(first, 3);
        SoakProcess[] hosts = [first, ahead, behind];
        string[][] clocks = [[], await ShiftClockAsync(ahead.Folder, 1, stop), await ShiftClockAsync(behind.Folder, -1, stop)];
        await using var machines = new SoakMachines(hosts, stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = machines.ServePowerAsync(end.Token);
        try
        {
            foreach (var (host, clock) in hosts.Zip(clocks)) await host.StartAsync(clock, stop);
            var began = Stopwatch.GetTimestamp();
            var lives = Enumerable.Range(0, Machines).Select(number => LiveAsync(machines, number)).ToList();
            for (var fault = 0; fault < hosts.Length; fault++)
            {
                // A step of each machine between two faults, as long as there are so many left.
                await ReachedAsync(machines, (fault + 1) * Machines * 3 / 4, stop);
                await hosts[fault].KillAsync();
                if (fault == 1) await server.StopAsync("immediate");
                if (fault == 1) await server.StartAsync();
                await hosts[fault].StartAsync(clocks[fault], stop);
                if (fault == 0) await PauseAsync(hosts[2], TimeSpan.FromSeconds(5), stop);
            }

            await Task.WhenAll(lives);
            var took = Stopwatch.GetElapsedTime(began);
            machines.Failures.Should().BeLessThanOrEqualTo(MostFailures, $"the last one: {machines.LastFailure}");
            await AddressChecker.CheckAsync(machines, Machines, server, stop);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{Machines} lives in {took.TotalSeconds:0} s, {machines.Failures} begun anew ({machines.LastFailure}), "
                    + $"{machines.Restarts} boots begun again, {machines.Leased.Count} leases");
        }
        finally
        {
            await end.CancelAsync();
        }
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

    private static async Task PauseAsync(SoakProcess host, TimeSpan time, CancellationToken stop)
    {
        (await Judge.RunAsync("bash", ["-c", $"kill -STOP {host.ProcessId}"], cancellationToken: stop)).Approved();
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(stop);
        (await Judge.RunAsync("bash", ["-c", $"kill -CONT {host.ProcessId}"], cancellationToken: stop)).Approved();
    }
}
