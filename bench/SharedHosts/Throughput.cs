using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace SharedHosts;

/// <summary>
/// Rows of a table for 1, 2 and 3 hosts on one schema, and for as many with a schema each: these share the server and its log, but not the
/// lock that orders the numbers of changes.
/// </summary>
internal static class Throughput
{
    private const int MostWaits = 4;

    public static async Task MeasureAsync(Plan plan, CancellationToken cancellationToken)
    {
        Console.WriteLine(
            "| hosts | schemas | operations/s | changes/s | CPU each: hosts | database | repeated a change | connections wait for, mean |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (hosts, isShared) in ((int, bool)[])[(1, true), (2, true), (3, true), (2, false), (3, false)])
            Console.WriteLine(await RowAsync(plan, hosts, isShared, cancellationToken));
    }

    private static async Task<string> RowAsync(Plan plan, int count, bool isShared, CancellationToken cancellationToken)
    {
        await DropAsync(plan.Database, count);
        List<HostProcess> hosts = [];
        try
        {
            for (var number = 0; number < count; number++)
                hosts.Add(await HostProcess.StartAsync(plan.WordsOf(plan.Work, SchemaOf(isShared ? 0 : number), number)));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watching = new DatabaseLoad(plan.Database).WatchAsync(stop.Token);
            foreach (var host in hosts) await host.SayAsync("go");
            var results = (await Task.WhenAll(hosts.Select(host => host.ReadAsync())))
                .Select(line => JsonSerializer.Deserialize<HostResult>(line ?? throw new InvalidOperationException("A host failed."))!)
                .ToList();
            await stop.CancelAsync();
            var (processor, waits) = await watching;
            var (operations, elapsed) = (results.Sum(each => each.Operations), results.Max(each => each.Elapsed));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {count} | {(isShared ? 1 : count)} | {operations / elapsed:N0} | {results.Sum(each => each.Changes) / elapsed:N0} "
                + $"| {1000 * results.Sum(each => each.Processor) / operations:N2} ms | {1000 * processor / operations:N2} ms "
                + $"| {(double)results.Sum(each => each.Repeated) / Math.Max(1, results.Sum(each => each.Changes)):N1} "
                + $"| {string.Join(", ", waits.Take(MostWaits).Select(each => $"{each.Wait} {each.Mean:N2}"))} |");
        }
        finally
        {
            foreach (var host in hosts) host.Dispose();
        }
    }

    /// <summary>Drops the schemas of an earlier row.</summary>
    public static async Task DropAsync(string database, int count)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        for (var number = 0; number < count; number++)
        {
            await using var drop = new NpgsqlCommand($"DROP SCHEMA IF EXISTS {SchemaOf(number)} CASCADE", connection);
            await drop.ExecuteNonQueryAsync();
        }
    }

    /// <summary>The name of a schema.</summary>
    public static string SchemaOf(int number) => string.Create(CultureInfo.InvariantCulture, $"bench_{number}");
}
