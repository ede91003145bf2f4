using System.Diagnostics;
using Maas.Client;
using Maas.Client.Machines;
using Maas.Judges;

namespace MaasNet.Tests;

/// <summary><c>maas-net serve --demo 4</c>, whose machines have come to rest, and the program as its users start it.</summary>
public sealed class DemoServer : IAsyncLifetime
{
    private const int Machines = 4;

    private Demonstration? _demonstration;

    /// <summary>The server's address.</summary>
    public string Url => Started.Server.AbsoluteUri;

    /// <summary>The file with the administrator's key.</summary>
    public string KeyFile => Started.KeyFile;

    private Demonstration Started => _demonstration ?? throw new InvalidOperationException("The server is not started.");

    /// <summary>The program, which <c>dotnet</c> runs.</summary>
    public static string Program =>
        Path.Combine(Repository.Root, "samples/MaasNet/bin", Repository.Configuration, "net10.0/MaasNet.dll");

    public async ValueTask InitializeAsync()
    {
        _demonstration = await Demonstration.StartAsync("MaasNet", "serve", "--demo", $"{Machines}");
        using var client = new MaasClient(new Uri(Url), MaasApiKey.Parse(await File.ReadAllTextAsync(KeyFile)));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await ticks.WaitForNextTickAsync(limit.Token))
        {
            var machines = await client.Machines.ListAsync(limit.Token).ToListAsync(limit.Token);
            if (machines.Count == Machines && machines.Count(machine => machine.Status is MaasMachineStatus.Deployed) == 2
                && machines.TrueForAll(machine => machine.StatusName is "Deployed" or "Ready" or "Failed testing"))
                return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_demonstration is not null) await _demonstration.DisposeAsync();
    }

    /// <summary>Runs the program as the administrator of this server.</summary>
    public Task<Verdict> RunAsync(params string[] args) =>
        StartAsync([$"MAAS_URL={Url}", $"MAAS_API_KEY={File.ReadAllText(KeyFile).Trim()}"], args);

    /// <summary>Starts the program as the administrator of this server, beside the test.</summary>
    public Process Start(params string[] args) => Judge.Start(
        "env", [$"MAAS_URL={Url}", $"MAAS_API_KEY={File.ReadAllText(KeyFile).Trim()}", "dotnet", Program, .. args]);

    /// <summary>Runs the program as the administrator of this server, with one more environment variable (<c>NAME=value</c>).</summary>
    public Task<Verdict> RunWithAsync(string variable, params string[] args) =>
        StartAsync([$"MAAS_URL={Url}", $"MAAS_API_KEY={File.ReadAllText(KeyFile).Trim()}", variable], args);

    /// <summary>Runs the program as a user without environment variables, whose profiles are in a folder.</summary>
    public static Task<Verdict> RunWithProfilesAsync(string folder, params string[] args) =>
        StartAsync([$"XDG_CONFIG_HOME={folder}"], args);

    private static Task<Verdict> StartAsync(string[] environment, string[] args) => Judge.RunAsync(
        "env", [.. environment, "dotnet", Program, .. args], cancellationToken: TestContext.Current.CancellationToken);
}
