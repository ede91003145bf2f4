using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Testing;

namespace Maas.Hosting.Tests.Evidence;

/// <content>The machine is not turned on, or not off, or not to its network card.</content>
internal static partial class SimulatedFaults
{
    private static async Task<Diagnosed> BmcUnreachableAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        maas.Refuses = _ => new MachinePowerResult.Failed("no answer from 10.0.0.77 within 30 s");
        var (_, machine) = await maas.AddAsync();
        await maas.Network.RunForAsync(TimeSpan.FromMinutes(1));
        var report = await maas.PassAsync(machine.Id);
        report.Explanations[0].Cause.Should().Contain("10.0.0.77");
        return report;
    }

    // The old system is still on the disk, which the firmware tries first.
    private static async Task<Diagnosed> NextBootNotSetAsync()
    {
        await using var maas = await VirtualMaas.StartAsync(switches: true);
        var (_, machine) = await maas.AddAsync(change: options => options with { DiskFirst = true });
        await RunAsync(MachineStatus.Ready);
        await maas.DeployReadyAsync(machine.Id);
        await RunAsync(MachineStatus.Deployed);
        await maas.DoAsync(machine.Id, new MachineCommand.Release());
        await RunAsync(MachineStatus.Ready);
        maas.PowerNote = "The machine's controller did not set its next boot to the network, and it boots as its firmware is set up: busy";
        await maas.DoAsync(machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "custom", DistroSeries = "one" });
        return await RunAsync(MachineStatus.Deployed, found => found.Best is not null, TimeSpan.FromMinutes(7));

        Task<Diagnosed> RunAsync(MachineStatus end, Func<Diagnosed, bool>? reached = null, TimeSpan? time = null) => maas.RunAsync(
            machine.Id, time ?? FiveMinutes, TimeSpan.FromSeconds(15), reached ?? (found => found.Machine.Status == end));
    }

    private static async Task<Diagnosed> TurnOnByHandAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (_, machine) = await maas.AddAsync(power: PowerSettings.Manual);
        await maas.Network.RunForAsync(TwoMinutes);
        return await maas.PassAsync(machine.Id);
    }

    // During its self-test, by a person.
    private static async Task<Diagnosed> TurnedOffAsync()
    {
        await using var maas = await VirtualMaas.StartAsync(switches: true);
        var (simulated, machine) = await maas.AddAsync(change: options => options with { SelfTest = TimeSpan.FromMinutes(3) });
        await maas.Network.RunForAsync(TimeSpan.FromMinutes(1));
        await maas.Network.RunAsync(() => simulated.TurnOffAsync());
        return await maas.RunAsync(machine.Id, TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(15), IsOff);
    }

    private static async Task<Diagnosed> TurnedOffAtWorkAsync()
    {
        await using var maas = await VirtualMaas.StartAsync(switches: true);
        var (simulated, machine) = await maas.AddAsync(change: options => options with { Faults = SimulatedFault.AgentHangs });
        await maas.Network.RunForAsync(TimeSpan.FromMinutes(1));
        await maas.Network.RunAsync(() => simulated.TurnOffAsync());
        return await maas.RunAsync(machine.Id, TimeSpan.FromMinutes(12), TimeSpan.FromSeconds(15), IsOff);
    }

    private static async Task<Diagnosed> DoesNotTurnOnAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        maas.Refuses = action => action is PowerAction.TurnOn ? new MachinePowerResult.Done(MachinePowerState.Off) : null;
        var (_, machine) = await maas.AddAsync();
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(31));
        return await maas.PassAsync(machine.Id);
    }

    private static async Task<Diagnosed> PowerStaysOnAsync(MachinePowerResult answer)
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        await maas.CommissionAsync(simulated, machine.Id);
        await maas.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        maas.Refuses = action => action is PowerAction.TurnOff ? answer : null;
        await maas.DoAsync(machine.Id, new MachineCommand.Release());
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(31));
        return await maas.PassAsync(machine.Id);
    }

    private static bool IsOff(Diagnosed found) =>
        found.Best is { Rule: "machine-off" } best && found.Machine.StatusMessage.EndsWith(best.Cause, StringComparison.Ordinal);
}
