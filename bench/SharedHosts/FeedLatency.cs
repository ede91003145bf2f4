using System.Diagnostics;
using System.Globalization;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Postgres;

namespace SharedHosts;

/// <summary>
/// How long after a host has begun, and has ended, to save a change another host's reader has it; while nothing else happens, and while
/// two more hosts do all that they can.
/// </summary>
internal static class FeedLatency
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    public static async Task MeasureAsync(Plan plan, CancellationToken cancellationToken)
    {
        Console.WriteLine("| database | changes | the save itself, median | 99 % | from its end until it is read, median | 99 % | most |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var busy in (int[])[0, 1, 2]) Console.WriteLine(await RowAsync(plan, busy, cancellationToken));
    }

    /// <summary>The reader: prints the version and the time of each change of the machine whose id it reads.</summary>
    public static async Task<int> WatchAsync(MaasCore core)
    {
        var feed = core.Machines.WatchAsync(after: await core.Machines.GetLastChangeAsync()).GetAsyncEnumerator();
        await Console.Out.WriteLineAsync("ready");
        var id = SystemId.Parse(await Console.In.ReadLineAsync() ?? "");
        List<(long Version, long At)> seen = [];
        while (await feed.MoveNextAsync())
        {
            var now = Stopwatch.GetTimestamp();
            if (feed.Current.MachineId != id) continue;
            if (feed.Current.To is null) break; // it was deleted: that is the end
            seen.Add((feed.Current.Version, now));
        }

        foreach (var (version, at) in seen)
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{version} {at}"));
        await Console.Out.WriteLineAsync("end");
        return 0;
    }

    private static async Task<string> RowAsync(Plan plan, int busy, CancellationToken cancellationToken)
    {
        await Throughput.DropAsync(plan.Database, 1);
        var schema = Throughput.SchemaOf(0);
        await using var core = await MaasCore.OpenAsync(
            new PostgresMaasStore(new PostgresStoreOptions { ConnectionString = plan.Database, Schema = schema }),
            cancellationToken: cancellationToken);
        List<HostProcess> hosts = [];
        try
        {
            using var reader = await HostProcess.StartAsync(plan.WordsOf("watch", schema, 200));
            for (var number = 0; number < busy; number++)
                hosts.Add(await HostProcess.StartAsync((plan with { Seconds = plan.Seconds + 30 }).WordsOf("lives", schema, number)));
            foreach (var host in hosts) await host.SayAsync("go");
            var created = (CreateResult.Created)await core.Machines.EnlistAsync(
                new NewMachine { MacAddresses = [MacAddress.Parse("52:54:ff:00:00:01")] }, cancellationToken);
            await reader.SayAsync($"{created.Machine.Id}");
            var saves = await SaveAsync(core, created.Machine.Id, TimeSpan.FromSeconds(plan.Seconds), cancellationToken);
            await core.Machines.DeleteAsync(created.Machine.Id, null, cancellationToken);
            Dictionary<long, long> seen = [];
            while (await reader.ReadAsync() is { } line and not "end")
                if (line.Split(' ') is [var version, var at]) seen[Number(version)] = Number(at);
            // The first ones are for the compiler.
            var counted = saves.Skip(Math.Min(100, saves.Count / 4)).ToList();
            var took = Sorted(counted.Select(save => Stopwatch.GetElapsedTime(save.Began, save.Ended)));
            var later = Sorted(counted.Select(save => Stopwatch.GetElapsedTime(save.Ended, seen[save.Version])));
            return $"| {(busy == 0 ? "idle" : $"busy with {busy} host{(busy == 1 ? "" : "s")}")} | {counted.Count:N0} "
                + $"| {At(took, 0.5)} | {At(took, 0.99)} | {At(later, 0.5)} | {At(later, 0.99)} | {At(later, 1)} |";
        }
        finally
        {
            foreach (var host in hosts) host.Dispose();
        }
    }

    private static async Task<List<(long Version, long Began, long Ended)>> SaveAsync(
        MaasCore core, SystemId id, TimeSpan time, CancellationToken cancellationToken)
    {
        List<(long, long, long)> saves = [];
        var first = Stopwatch.GetTimestamp();
        using var ticks = new PeriodicTimer(Between);
        while (Stopwatch.GetElapsedTime(first) < time)
        {
            await ticks.WaitForNextTickAsync(cancellationToken);
            var began = Stopwatch.GetTimestamp();
            var result = await core.Machines.EditAsync(id, null, machine => machine with { Description = $"{began}" }, cancellationToken);
            if (result is not EditResult.Done { Machine: var saved }) throw new InvalidOperationException($"{result}");
            saves.Add((saved.Version, began, Stopwatch.GetTimestamp()));
        }

        return saves;
    }

    private static List<TimeSpan> Sorted(IEnumerable<TimeSpan> times) => [.. times.Order()];

    private static string At(List<TimeSpan> times, double part) => string.Create(
        CultureInfo.InvariantCulture, $"{times[(int)((times.Count - 1) * part)].TotalMilliseconds:F2} ms");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
