using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ApiLoad;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Hosting.Testing.Http;
using Maas.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

// ApiLoad serve PORT MACHINES DIRECTORY: the API over a store of so many machines, for compare.sh.
if (args is ["serve", var port, var machines, var directory])
{
    var (number, count) = (int.Parse(port, CultureInfo.InvariantCulture), int.Parse(machines, CultureInfo.InvariantCulture));
    await LoadedServer.RunAsync(number, count, directory);
    return;
}

// ApiLoad allocate PORT MACHINES DIRECTORY ROUNDS: how long allocations take among so many machines.
if (args is ["allocate", var at, var many, var place, var rounds])
{
    await AllocationLoad.RunAsync(
        int.Parse(at, CultureInfo.InvariantCulture), int.Parse(many, CultureInfo.InvariantCulture), place,
        int.Parse(rounds, CultureInfo.InvariantCulture));
    return;
}

// ApiLoad search MACHINES DIRECTORY: how long pages of lists and searches take among so many machines.
if (args is ["search", var all, var folder])
{
    await SearchLoad.RunAsync(int.Parse(all, CultureInfo.InvariantCulture), folder);
    return;
}

// ApiLoad [SECONDS]: requests of the API per second of one caller, and bytes allocated per request, over a store in memory and without
// sockets.
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5;
await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));
var created = await core.Users.CreateAsync("admin", "admin@example.com", new Secret("secret"), isAdministrator: true);
var admin = ((CreateUserResult.Created)created).User; // the store is new
var key = await core.Users.CreateApiKeyAsync(admin, "bench");

var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
builder.Logging.ClearProviders();
var server = new InProcessServer();
builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.Server.IServer>(server).AddSingleton(core).AddMaasApi();
await using var app = builder.Build();
app.MapMaasApi();
await app.StartAsync();

Console.WriteLine("| request | requests/s | bytes allocated |");
Console.WriteLine("|---|---|---|");
await MeasureAsync("GET version/", "/MAAS/api/2.0/version/", "", signed: false);
var one = await AddMachinesAsync(0, 1);
await MeasureAsync("GET machines/X/", $"/MAAS/api/2.0/machines/{one.Id}/", "", signed: true);
await MeasureAsync("GET machines/, 1 machine", "/MAAS/api/2.0/machines/", "", signed: true);
await AddMachinesAsync(1, 100);
await MeasureAsync("GET machines/, 100 machines", "/MAAS/api/2.0/machines/", "", signed: true);
await MeasureAsync("GET users/?op=whoami", "/MAAS/api/2.0/users/", "?op=whoami", signed: true);
return;

async Task<Machine> AddMachinesAsync(int from, int to)
{
    Machine? last = null;
    for (var i = from; i < to; i++)
    {
        var result = await core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse($"52:54:00:00:{i / 256:x2}:{i % 256:x2}")] });
        last = ((CreateResult.Created)result).Machine;
    }

    return last ?? throw new InvalidOperationException("No machine was added.");
}

async Task MeasureAsync(string name, string path, string query, bool signed)
{
    await RunAsync(TimeSpan.FromSeconds(2));
    var best = 0.0;
    var least = double.MaxValue;
    for (var round = 0; round < 3; round++)
    {
        var (rate, bytes) = await RunAsync(TimeSpan.FromSeconds(seconds));
        (best, least) = (Math.Max(best, rate), Math.Min(least, bytes));
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{name}` | {best:N0} | {least:N0} |"));

    async Task<(double Rate, double Bytes)> RunAsync(TimeSpan duration)
    {
        var count = 0;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var (status, _) = await server.SendAsync("GET", path, query, signed ? Sign() : null);
            if (status != 200) throw new InvalidOperationException($"{path} was answered {status}.");
            count++;
        }

        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (count / elapsed, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)count);
    }
}

string Sign()
{
    var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
    var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
    return $"OAuth oauth_nonce=\"{nonce}\", oauth_timestamp=\"{now}\", oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
        + $"oauth_consumer_key=\"{key.ConsumerKey}\", oauth_token=\"{key.TokenKey}\", oauth_signature=\"%26{key.TokenSecret.Reveal()}\"";
}
