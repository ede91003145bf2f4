using System.Globalization;
using System.Text;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ApiLoad;

/// <summary>The API on a port, over a store in a file with so many Ready machines, each with two interfaces and two disks.</summary>
internal static class LoadedServer
{
    private const int CreatedTogether = 64;

    /// <summary>Serves until the process is ended. Prints the API key when it listens.</summary>
    public static Task RunAsync(int port, int machines, string directory) => RunAsync(port, machines, directory, (app, key) =>
    {
        Console.WriteLine($"{key.ConsumerKey}:{key.TokenKey}:{key.TokenSecret.Reveal()}");
        return app.WaitForShutdownAsync();
    });

    /// <summary>Serves while something is done with the server and an administrator's key.</summary>
    public static async Task RunAsync(int port, int machines, string directory, Func<WebApplication, ApiKey, Task> use)
    {
        Directory.CreateDirectory(directory);
        var file = new SqliteStoreOptions { DataSource = Path.Combine(directory, "maas.db") };
        var options = new MaasCoreOptions { ImageDirectory = Path.Combine(directory, "images"), MostNewMachines = machines + 1 };
        await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(file), options);
        var created = (CreateUserResult.Created)await core.Users.CreateAsync(
            "admin", "a@example.com", new Secret("x"), isAdministrator: true);
        var key = await core.Users.CreateApiKeyAsync(created.User, "bench");
        foreach (var some in Enumerable.Range(0, machines).Chunk(CreatedTogether))
            await Task.WhenAll(some.Select(number => AddAsync(core, number)));

        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSingleton(core).AddMaasApi();
        await using var app = builder.Build();
        app.MapMaasApi();
        await app.StartAsync();
        await use(app, key);
    }

    private static async Task AddAsync(MaasCore core, int number)
    {
        var (high, low) = (number / 256, number % 256);
        var mac = $"52:54:00:00:{high:x2}:{low:x2}";
        var result = await core.Machines.CreateAsync(new NewMachine { MacAddresses = [MacAddress.Parse(mac)] }, "admin");
        var machine = ((CreateResult.Created)result).Machine;
        await core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Commission());
        var inventory = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            maas-inventory{'\t'}1
            system{'\t'}machine=x86_64{'\t'}firmware=uefi
            cpu{'\t'}count={4 + (number % 60)}{'\t'}cores=2{'\t'}sockets=1{'\t'}max_mhz=3600{'\t'}model=Bench CPU
            memory{'\t'}kib={4194304 * (1 + (number % 16))}
            {Disk("sda", 480_103_981_056, $"a-{number}")}
            {Disk("sdb", 960_197_124_096, $"b-{number}")}
            nic{'\t'}name=eno1{'\t'}mac={mac}{'\t'}mtu=1500{'\t'}speed=1000{'\t'}link=1
            nic{'\t'}name=eno2{'\t'}mac=52:54:01:00:{high:x2}:{low:x2}{'\t'}mtu=1500{'\t'}speed=1000{'\t'}link=0
            end

            """));
        foreach (var script in await core.ScriptResults.PendingAsync(machine.Id))
        {
            var report = new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = new(inventory, inventory, default) };
            await core.ScriptResults.ReportAsync(machine.Id, report);
        }

        await core.Machines.ReportAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
    }

    // A line of the inventory; its fields are separated by tabs.
    private static string Disk(string name, long size, string serial) => string.Join(
        '\t',
        "disk", $"name={name}", $"size={size}", "block=512", "rotational=0", "removable=0", "ro=0", "bus=sata", $"serial={serial}",
        "model=Disk");
}
