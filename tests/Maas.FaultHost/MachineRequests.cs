using System.Globalization;
using System.Text;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.FaultHost;

/// <summary>Requests of one line, by which a test is the clients and the machines of a host.</summary>
/// <param name="core">The host's core.</param>
/// <param name="inventoryFile">The inventory that machines report, with <c>{mac}</c> for their address; null when they report it.</param>
internal sealed class MachineRequests(MaasCore core, string? inventoryFile)
{
    private static readonly PowerSettings Switched = new("ipmi", new Dictionary<string, string>());

    /// <summary>Answers: the machine's status, or <c>failure:</c> and why.</summary>
    public async Task<string> AnswerAsync(string line)
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
            return words[0] switch
            {
                "heap" => HeapSize().ToString(CultureInfo.InvariantCulture),
                "enlist" => await EnlistAsync(words[1]),
                "find" => $"{(await core.Machines.FindByMacAsync(MacAddress.Parse(words[1]), limit.Token))?.Id}",
                _ => await ActAsync(words, SystemId.Parse(words[1]), limit.Token),
            };
        }
        catch (Exception failure)
        {
            return "failure: " + failure.GetType().Name;
        }
    }

    private async Task<string> ActAsync(string[] words, SystemId id, CancellationToken cancellationToken)
    {
        if (words[0] == "scripts") await RunScriptsAsync(id, words[2]);
        else if (words[0] == "delete") await core.Machines.DeleteAsync(id, null, cancellationToken);
        else if (words[0] == "switched") await EditAsync(id, machine => machine with { Power = Switched }, cancellationToken);
        else if (words[0] == "edit") await EditAsync(id, machine => machine with { Description = words[2] }, cancellationToken);
        else if (CommandOf(words[0]) is { } command) await core.Machines.ExecuteAsync(id, command, null, cancellationToken);
        else if (ReportOf(words[0]) is { } report) await core.Machines.ReportAsync(id, report, cancellationToken);
        return (await core.Machines.GetAsync(id, cancellationToken))?.Status.ToString() ?? "Gone";
    }

    private static MachineCommand? CommandOf(string word) => word switch
    {
        "accept" => new MachineCommand.Accept(),
        "commission" => new MachineCommand.Commission(),
        "deploy" => new MachineCommand.Deploy("ann"),
        "deploy-image" => new MachineCommand.Deploy("admin") { OsSystem = "custom", DistroSeries = "soak" },
        "release" => new MachineCommand.Release(),
        "erase" => new MachineCommand.Release { Erase = EraseMode.Quick },
        _ => null,
    };

    private static MachineReport? ReportOf(string word) => word switch
    {
        "ok" => new MachineReport.Signal(SignalReport.Ok, null),
        "netboot-off" => new MachineReport.NetbootOff(),
        "user-data" => new MachineReport.UserDataFetched(),
        _ => null,
    };

    private Task EditAsync(SystemId id, Func<Machine, Machine> edit, CancellationToken cancellationToken) =>
        core.Machines.EditAsync(id, null, edit, cancellationToken);

    // What is still used, without what the collector has not looked at yet.
    private static long HeapSize()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private async Task<string> EnlistAsync(string mac)
    {
        var result = await core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse(mac)], Power = Switched });
        return result switch
        {
            CreateResult.Created created => $"{created.Machine.Id}",
            CreateResult.Known known => $"{known.Machine.Id}",
            _ => "failure: " + result,
        };
    }

    private async Task RunScriptsAsync(SystemId id, string mac)
    {
        foreach (var pending in await core.ScriptResults.PendingAsync(id))
        {
            var output = Encoding.UTF8.GetBytes(pending.Result.Name == BuiltinScripts.Inventory && inventoryFile is not null
                ? (await File.ReadAllTextAsync(inventoryFile)).Replace("{mac}", mac, StringComparison.Ordinal) : "fine\n");
            await core.ScriptResults.ReportAsync(id, new ScriptReport
            {
                ResultId = pending.Result.Id, ExitStatus = 0, Output = new ScriptOutput(output, output, default),
            });
        }
    }
}
