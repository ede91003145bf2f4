using System.Net.Sockets;
using VmLab.Networks;
using VmLab.Processes;

namespace VmLab.Servers;

/// <summary>The sample host <c>samples/MaasServer</c>, run as an operator would, inside the lab's network.</summary>
public sealed class MaasServerProcess(
    LabNetwork network,
    string dataFolder,
    ServerSetup setup,
    TimeProvider timeProvider) : IAsyncDisposable
{
    public const int Port = 5240;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private LabProcess? _running;

    public static Uri Address { get; } = new($"http://{LabNetwork.ServerAddress}:{Port}/MAAS/");

    /// <summary>What it has logged, over all its starts.</summary>
    public ConsoleLog Log { get; } = new(timeProvider, Path.Combine(Directory.CreateDirectory(dataFolder).FullName, "..", "server.log"));

    /// <summary>Additional arguments of the ephemeral kernel.</summary>
    public string KernelOptions { get; set; } = "console=ttyS0,115200 quiet no_timer_check";

    /// <summary>The ephemeral kernel's package: the one for virtual machines, or <c>linux-image-amd64</c> for all hardware.</summary>
    public string KernelPackage { get; set; } = "linux-image-cloud-amd64";

    /// <summary>Where it serves HTTP, from its next start.</summary>
    public string Listen { get; set; } = $"http://0.0.0.0:{Port}";

    /// <summary>More of the server's options, for its next start.</summary>
    public IReadOnlyList<string> Options { get; set; } = [];

    /// <summary>Settings that are no option, for its next start: <c>Maas:Ephemeral:Own:Kernel</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; set; } = new Dictionary<string, string>();

    /// <summary>A program with its arguments that starts the server in its place, such as <c>setpriv</c>; empty for none.</summary>
    public IReadOnlyList<string> Runner { get; set; } = [];

    public bool IsRunning => _running is { IsRunning: true };

    /// <summary>Starts it on the same data as before, and returns once it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_running is not null) await _running.DisposeAsync();
        Log.Append("=== server starts\n");
        _running = LabProcess.Start(
            network.Command(
                "env",
                [
                    .. Settings.Select(each => $"MAAS_{each.Key.Replace(":", "__", StringComparison.Ordinal)}={each.Value}"),
                    .. Runner,
                    "dotnet", SampleProgram.Find("MaasServer"), "--data", dataFolder, "--listen", Listen,
                    "--interface", LabNetwork.Bridge,
                    "--mirror", MirrorRelay.Address.AbsoluteUri, "--suite", DebianMirror.Suite,
                    "--kernel", KernelPackage, "--kernel-options", KernelOptions,
                    .. setup.Arguments, .. Options,
                ]),
            Log);
        await WaitUntilItListensAsync(cancellationToken);
    }

    /// <summary>Ends it as a crash would, with SIGKILL.</summary>
    public Task KillAsync() => _running?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Ends it as an operator would, with SIGTERM, and returns its exit code.</summary>
    public Task<int> StopAsync(CancellationToken cancellationToken) =>
        _running?.StopAsync(cancellationToken) ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>The key that the first start wrote.</summary>
    public async Task<string> ReadApiKeyAsync(CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(Path.Combine(dataFolder, "admin.apikey"), cancellationToken)).Trim();

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        Log.Dispose();
    }

    private async Task WaitUntilItListensAsync(CancellationToken cancellationToken)
    {
        var since = timeProvider.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(200), timeProvider);
        while (await ticks.WaitForNextTickAsync(cancellationToken))
        {
            if (!IsRunning) throw new InvalidOperationException($"The server ended at its start:\n{Log}");
            try
            {
                using var socket = network.OpenSocket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(LabNetwork.ServerAddress, Port, cancellationToken);
                return;
            }
            catch (SocketException) when (timeProvider.GetElapsedTime(since) < Patience)
            {
                // Not yet.
            }
        }
    }

}
