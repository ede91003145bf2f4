using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Maas.Core;
using Maas.Postgres;

namespace SharedHosts;

/// <summary>What a host did.</summary>
/// <param name="Operations">Lives, or requests.</param>
/// <param name="Changes">Changes of machines.</param>
/// <param name="Repeated">Attempts of transactions that were repeated.</param>
/// <param name="Processor">Its processor time, in seconds.</param>
/// <param name="Elapsed">The time it took, in seconds.</param>
internal sealed record HostResult(int Operations, int Changes, long Repeated, double Processor, double Elapsed);

/// <summary>A host of a row.</summary>
internal static class Child
{
    /// <summary>Runs it.</summary>
    /// <param name="args">Work, connection string, schema, number of the host, seconds, machines or clients.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var (seconds, parallel) = (Number(args[4]), Number(args[5]));
        var repeated = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "maas.postgres.repetitions") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref repeated, value));
        listener.Start();

        var store = new PostgresMaasStore(new PostgresStoreOptions { ConnectionString = args[1], Schema = args[2] });
        await using var core = await MaasCore.OpenAsync(
            store,
            new MaasCoreOptions { ControllerHostname = "bench-" + args[3], MostNewMachines = 1_000_000 },
            new MaasCoreServices { Power = new InstantPower() });
        if (args[0] == "watch") return await FeedLatency.WatchAsync(core);
        await using IWork work = args[0] == "lives"
            ? new Lives(core, Number(args[3]), parallel) : await ApiRequests.PrepareAsync(core, Number(args[3]), parallel);
        await work.RunAsync(TimeSpan.FromSeconds(3)); // what is compiled meanwhile is not counted
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadLineAsync();
        Interlocked.Exchange(ref repeated, 0);
        var (processor, began) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        var (operations, changes) = await work.RunAsync(TimeSpan.FromSeconds(seconds));
        var result = new HostResult(
            operations, changes, Interlocked.Read(ref repeated), (Environment.CpuUsage.TotalTime - processor).TotalSeconds,
            TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result));
        await Console.In.ReadLineAsync(); // its connections are there until all are counted
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>The work of a host.</summary>
internal interface IWork : IAsyncDisposable
{
    /// <summary>Works for a time.</summary>
    /// <returns>Lives or requests, and changes of machines.</returns>
    Task<(int Operations, int Changes)> RunAsync(TimeSpan time);
}
