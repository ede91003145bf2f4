using System.Globalization;
using System.Text;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;
using Maas.Postgres;

namespace Maas.FaultHost;

/// <summary>A core over PostgreSQL with its workers, and requests by which the test is its clients and its machines.</summary>
internal sealed class Host : IAsyncDisposable
{
    private readonly HostSettings _settings;
    private readonly MaasCore _core;

    private Host(HostSettings settings, MaasCore core) => (_settings, _core) = (settings, core);

    public static async Task<Host> OpenAsync(HostSettings settings)
    {
        var options = new PostgresStoreOptions
        {
            ConnectionString = settings.ConnectionString,
            Schema = settings.Schema,
            Connections = 4,
            CommandTimeout = TimeSpan.FromSeconds(5),
            RetryDuration = TimeSpan.FromMinutes(1),
        };
        var clock = settings.ClockShift == TimeSpan.Zero ? TimeProvider.System : new WrongClock(settings.ClockShift);
        var core = await MaasCore.OpenAsync(
            new PostgresMaasStore(options, null, clock),
            new MaasCoreOptions
            {
                ControllerHostname = settings.Name,
                ImageDirectory = Path.Combine(settings.Folder, "images"),
                PowerTimeout = TimeSpan.FromSeconds(3), // a claim of a host that was killed lasts for that and half a minute
                PowerRetryDelay = TimeSpan.FromMilliseconds(100),
                PowerAttempts = 20,
            },
            new MaasCoreServices { Power = new SocketPower(settings.PowerSocket) });
        return new Host(settings, core);
    }

    /// <summary>Works until the process is killed.</summary>
    public Task RunAsync() => Task.WhenAll(
        _core.RunAsync(CancellationToken.None), LineSocket.ServeAsync(_settings.Socket, AnswerAsync, CancellationToken.None));

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    private async Task<string> AnswerAsync(string line)
    {
        try
        {
            // A request that waited while this process was paused, or cut off, is not expected any more.
            var words = line.Split(' ');
            var left = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(words[0], CultureInfo.InvariantCulture))
                - TimeProvider.System.GetUtcNow();
            if (left <= TimeSpan.Zero) return "failure: late";
            using var limit = new CancellationTokenSource(left);
            words = words[1..];
            if (words[0] == "enlist") return await EnlistAsync(words[1]);
            var id = SystemId.Parse(words[1]);
            if (words[0] == "scripts") await RunScriptsAsync(id, words[2]);
            else if (CommandOf(words[0]) is { } command) await _core.Machines.ExecuteAsync(id, command, null, limit.Token);
            else if (ReportOf(words[0]) is { } report) await _core.Machines.ReportAsync(id, report, limit.Token);
            return (await _core.Machines.GetAsync(id))?.Status.ToString() ?? "Gone";
        }
        catch (Exception failure)
        {
            return "failure: " + failure.GetType().Name;
        }
    }

    private static MachineCommand? CommandOf(string word) => word switch
    {
        "accept" => new MachineCommand.Accept(),
        "deploy" => new MachineCommand.Deploy("ann"),
        "release" => new MachineCommand.Release(),
        _ => null,
    };

    private static MachineReport? ReportOf(string word) => word switch
    {
        "ok" => new MachineReport.Signal(SignalReport.Ok, null),
        "netboot-off" => new MachineReport.NetbootOff(),
        "user-data" => new MachineReport.UserDataFetched(),
        _ => null,
    };

    private async Task<string> EnlistAsync(string mac)
    {
        var result = await _core.Machines.EnlistAsync(new NewMachine
        {
            MacAddresses = [MacAddress.Parse(mac)], Power = new PowerSettings("ipmi", new Dictionary<string, string>()),
        });
        return result switch
        {
            CreateResult.Created created => $"{created.Machine.Id}",
            CreateResult.Known known => $"{known.Machine.Id}",
            _ => "failure: " + result,
        };
    }

    private async Task RunScriptsAsync(SystemId id, string mac)
    {
        foreach (var pending in await _core.ScriptResults.PendingAsync(id))
        {
            var output = Encoding.UTF8.GetBytes(pending.Result.Name == BuiltinScripts.Inventory
                ? (await File.ReadAllTextAsync(_settings.InventoryFile)).Replace("{mac}", mac, StringComparison.Ordinal) : "fine\n");
            await _core.ScriptResults.ReportAsync(id, new ScriptReport
            {
                ResultId = pending.Result.Id, ExitStatus = 0, Output = new ScriptOutput(output, output, default),
            });
        }
    }
}
