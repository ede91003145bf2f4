using System.Diagnostics;
using System.Text.RegularExpressions;
using Maas.Client;
using Maas.Client.Machines;
using Maas.Judges;

namespace MaasNet.Tests;

/// <summary><c>maas-net serve --demo 4</c>, whose machines have come to rest, and the program as its users start it.</summary>
public sealed partial class DemoServer : IAsyncLifetime
{
    private const int Machines = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-net-tests-");
    private Process? _process;

    /// <summary>The server's address.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The file with the administrator's key.</summary>
    public string KeyFile { get; private set; } = "";

    private static string Program =>
        Path.Combine(Repository.Root, "samples/MaasNet/bin", Repository.Configuration, "net10.0/MaasNet.dll");

    public async ValueTask InitializeAsync()
    {
        _process = Judge.Start("dotnet", [Program, "serve", "--demo", $"{Machines}", "--listen", "http://127.0.0.1:0"], _folder.FullName);
        while (KeyFile.Length == 0)
        {
            var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(
                await _process.StandardError.ReadToEndAsync());
            if (Address().Match(line) is { Success: true } address) Url = address.Value;
            if (Key().Match(line) is { Success: true } file) KeyFile = file.Value;
        }

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
        if (_process is { HasExited: false })
        {
            (await Judge.RunAsync("bash", ["-c", $"kill -INT {_process.Id}"])).Approved();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Runs the program as the administrator of this server.</summary>
    public Task<Verdict> RunAsync(params string[] args) =>
        StartAsync([$"MAAS_URL={Url}", $"MAAS_API_KEY={File.ReadAllText(KeyFile).Trim()}"], args);

    /// <summary>Runs the program as a user without environment variables, whose profiles are in a folder.</summary>
    public static Task<Verdict> RunWithProfilesAsync(string folder, params string[] args) =>
        StartAsync([$"XDG_CONFIG_HOME={folder}"], args);

    private static Task<Verdict> StartAsync(string[] environment, string[] args) => Judge.RunAsync(
        "env", [.. environment, "dotnet", Program, .. args], cancellationToken: TestContext.Current.CancellationToken);

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/MAAS/", RegexOptions.None, 60_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"/\S+admin\.apikey", RegexOptions.None, 60_000)]
    private static partial Regex Key();
}
