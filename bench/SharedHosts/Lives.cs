using System.Globalization;
using System.Text;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace SharedHosts;

/// <summary>
/// Machines of a host that live again and again: enlisted, commissioned with their scripts, allocated, released and deleted, by calls of
/// the core; the actions of the power queue are performed.
/// </summary>
internal sealed class Lives(MaasCore core, int host, int parallel) : IWork
{
    private static readonly PowerSettings Switched = new("ipmi", new Dictionary<string, string>());
    private readonly CancellationTokenSource _stop = new();
    private Task? _power;

    public async Task<(int Operations, int Changes)> RunAsync(TimeSpan time)
    {
        _power ??= core.PowerQueue.RunAsync(_stop.Token);
        var began = TimeProvider.System.GetTimestamp();
        var (lives, changes) = (0, 0L);
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(number => Task.Run(async () =>
        {
            while (TimeProvider.System.GetElapsedTime(began) < time)
            {
                Interlocked.Add(ref changes, await LiveAsync(number));
                Interlocked.Increment(ref lives);
            }
        })));
        return (lives, (int)changes);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_power is not null) await _power;
        _stop.Dispose();
    }

    // Returns how many versions the machine had, each a change.
    private async Task<long> LiveAsync(int number)
    {
        var mac = string.Create(CultureInfo.InvariantCulture, $"52:54:{host:x2}:00:{number >> 8:x2}:{number & 0xff:x2}");
        var created = (CreateResult.Created)await core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse(mac)], Power = Switched });
        var id = created.Machine.Id;
        await DoAsync(core.Machines.ExecuteAsync(id, new MachineCommand.Accept()));
        var inventory = Encoding.UTF8.GetBytes(
            $"maas-inventory\t1\nsystem\tmachine=x86_64\tfirmware=uefi\ncpu\tcount=8\tcores=8\tsockets=1\tmax_mhz=3600\tmodel=Bench\n"
            + $"memory\tkib=16777216\ndisk\tname=sda\tsize=480103981056\tblock=512\trotational=0\tremovable=0\tro=0\tbus=sata\tserial=s\t"
            + $"model=Disk\nnic\tname=eno1\tmac={mac}\tmtu=1500\tspeed=1000\tlink=1\nend\n");
        foreach (var script in await core.ScriptResults.PendingAsync(id))
        {
            await core.ScriptResults.ReportAsync(id, new ScriptReport
            {
                ResultId = script.Result.Id, ExitStatus = 0, Output = new ScriptOutput(inventory, inventory, default),
            });
        }

        await DoAsync(core.Machines.ReportAsync(id, new MachineReport.Signal(SignalReport.Ok, null)));
        await DoAsync(core.Machines.ExecuteAsync(id, new MachineCommand.Allocate("ann")));
        await DoAsync(core.Machines.ExecuteAsync(id, new MachineCommand.Release()));
        var last = (await core.Machines.GetAsync(id))!; // it is deleted below
        await DoAsync(core.Machines.DeleteAsync(id, null));
        return last.Version + 1;
    }

    private static async Task DoAsync(Task<CommandResult> command)
    {
        if (await command is not CommandResult.Done) throw new InvalidOperationException($"A command was answered {await command}.");
    }
}
