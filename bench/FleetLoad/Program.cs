using System.CommandLine;
using FleetLoad;

var machines = new Option<int[]>("--machines")
{
    Description = "How many machines, once for each run.", DefaultValueFactory = _ => [1_000], AllowMultipleArgumentsPerToken = true,
};
var sites = new Option<int>("--sites") { Description = "Segments of the network, up to 250.", DefaultValueFactory = _ => 1 };
var hosts = new Option<int>("--hosts") { Description = "Hosts that share the store.", DefaultValueFactory = _ => 1 };
var atOnce = new Option<int>("--at-once") { Description = "The most machines under way.", DefaultValueFactory = _ => int.MaxValue };
var file = new Option<string?>("--file") { Description = "A SQLite file; without it SQLite keeps its store in memory." };
var inMemory = new Option<bool>("--in-memory-store") { Description = "The store of Maas.Testing instead of SQLite." };
var command = new RootCommand("Whole lives of simulated machines: enlisted, commissioned, deployed, released, on a network in memory.")
{
    machines, sites, hosts, atOnce, file, inMemory,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    // What the first run compiles is not counted.
    await Fleet.RunAsync(new FleetPlan { Machines = 20, Sites = 2, Hosts = 2 }, cancellationToken);
    Console.WriteLine(FleetResult.Heading);
    var failed = false;
    foreach (var count in parsed.GetValue(machines)!) // it has a default
    {
        var result = await Fleet.RunAsync(
            new FleetPlan
            {
                Machines = count, Sites = parsed.GetValue(sites), Hosts = parsed.GetValue(hosts), AtOnce = parsed.GetValue(atOnce),
                File = parsed.GetValue(file) is { } path ? $"{path}.{count}" : null, UsesInMemoryStore = parsed.GetValue(inMemory),
            },
            cancellationToken);
        Console.WriteLine(result);
        failed |= result.Completed != count || result.SharedAddresses != 0;
    }

    return failed ? 1 : 0;
});
return await command.Parse(args).InvokeAsync();
