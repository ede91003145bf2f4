using System.Diagnostics;
using System.Globalization;
using Maas.Judges;

namespace Maas.Postgres.Tests.Soak;

/// <summary>
/// Machines that live again and again on a whole host with SQLite, and on two hosts of one link with PostgreSQL, for as long as
/// <c>MAAS_SOAK_HOURS</c> says (a sixth of an hour): what the hosts use does not grow. The reports are <c>artifacts/soak-STORE.md</c>.
/// </summary>
public sealed class SoakTests
{
    private const int Machines = 8;
    private static readonly TimeSpan Default = TimeSpan.FromMinutes(10), Between = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(10); // for the start, and for lives that have begun

    [Fact, Trait("Category", "Long")]
    public async Task A_host_does_not_grow_while_machines_live_on_it()
    {
        Judge.RequireLong();
        var hours = Environment.GetEnvironmentVariable("MAAS_SOAK_HOURS");
        var duration = string.IsNullOrEmpty(hours) ? Default : TimeSpan.FromHours(double.Parse(hours, CultureInfo.InvariantCulture));
        await using var server = await PostgresServer.StartNewAsync("fsync=on", "autovacuum=on", "autovacuum_naptime=10s");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(duration + Rest);
        var stop = limit.Token;

        var reports = await Task.WhenAll(
            Task.Run(() => RunAsync("sqlite", 1, null, duration, stop), stop),
            Task.Run(() => RunAsync("postgresql", 2, server, duration, stop), stop));

        foreach (var report in reports.SelectMany(each => each))
            report.Growth.Should().BeEmpty($"the host on {report.Store} has lived long");
    }

    private static async Task<IReadOnlyList<SoakReport>> RunAsync(
        string store, int network, PostgresServer? database, TimeSpan duration, CancellationToken stop)
    {
        await using var host = new SoakProcess(network, database);
        await using var peer = database is null ? null : new SoakProcess(host, 2);
        IReadOnlyList<SoakProcess> hosts = peer is null ? [host] : [host, peer];
        await using var machines = new SoakMachines(hosts, stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var off = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var power = machines.ServePowerAsync(off.Token);
        IReadOnlyList<List<SoakSample>> samples;
        try
        {
            foreach (var each in hosts) await each.StartAsync([], stop);
            var lives = Task.WhenAll(Enumerable.Range(0, Machines).Select(number => machines.LiveAsync(number, int.MaxValue, end.Token)));
            samples = await SampleAsync(hosts, machines, duration, stop);
            await end.CancelAsync();
            await lives; // those that have begun
        }
        finally
        {
            await end.CancelAsync();
            await off.CancelAsync();
        }

        await ((Task)power).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<SoakReport> reports = [];
        foreach (var each in samples)
        {
            reports.Add(new SoakReport(reports.Count == 0 ? store : $"{store}-{reports.Count + 1}", each));
            await reports[^1].WriteAsync(Repository.PathOf($"artifacts/soak-{reports[^1].Store}.md"));
        }

        machines.Lives.Should().BePositive();
        machines.Failures.Should().Be(0, $"the last failure: {machines.LastFailure}");
        return reports;
    }

    private static async Task<IReadOnlyList<List<SoakSample>>> SampleAsync(
        IReadOnlyList<SoakProcess> hosts, SoakMachines machines, TimeSpan duration, CancellationToken stop)
    {
        var target = await TargetAsync(machines);
        var began = Stopwatch.GetTimestamp();
        var interval = TimeSpan.FromSeconds(Math.Clamp(duration.TotalSeconds / 240, 2, 120));
        IReadOnlyList<List<SoakSample>> samples = [.. hosts.Select(_ => new List<SoakSample>())];
        using var ticks = new PeriodicTimer(Between);
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            List<TimeSpan> times = [];
            var window = Stopwatch.GetTimestamp();
            do
            {
                var asked = Stopwatch.GetTimestamp();
                await machines.AskAsync(string.Create(CultureInfo.InvariantCulture, $"edit {target} {asked}"));
                times.Add(Stopwatch.GetElapsedTime(asked));
                await ticks.WaitForNextTickAsync(stop);
            }
            while (Stopwatch.GetElapsedTime(window) < interval);
            times.Sort();
            foreach (var (host, own) in hosts.Zip(samples))
                own.Add(await host.MeasureAsync(stop) with
                {
                    At = Stopwatch.GetElapsedTime(began), Lives = machines.Lives, Failures = machines.Failures,
                    Middle = times[times.Count / 2], Slow = times[times.Count * 99 / 100],
                });
        }

        return samples;
    }

    // A machine that nothing else happens to.
    private static async Task<string> TargetAsync(SoakMachines machines)
    {
        await machines.AskAsync("enlist 52:54:00:51:00:00");
        return await machines.AskAsync("find 52:54:00:51:00:00");
    }
}
