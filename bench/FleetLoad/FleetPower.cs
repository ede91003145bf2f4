using System.Collections.Concurrent;
using Maas.Core;
using Maas.Core.Power;
using Maas.Testing;

namespace FleetLoad;

/// <summary>The power switches of all machines, which every host reaches.</summary>
internal sealed class FleetPower : IMachinePower
{
    private readonly ConcurrentDictionary<MacAddress, SimulatedMachine> _machines = new();

    public void Add(MacAddress mac, SimulatedMachine machine) => _machines[mac] = machine;

    public void Remove(MacAddress mac) => _machines.TryRemove(mac, out _);

    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        if (Find(target) is not { } machine) return Unknown();
        machine.TurnOn("switched on by its server");
        return Task.FromResult<MachinePowerResult>(new MachinePowerResult.Done(MachinePowerState.On));
    }

    public async Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        if (Find(target) is not { } machine) return await Unknown();
        await machine.TurnOffAsync("switched off by its server");
        return new MachinePowerResult.Done(MachinePowerState.Off);
    }

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Find(target) is { } machine
            ? Task.FromResult<MachinePowerResult>(
                new MachinePowerResult.Done(machine.IsOn ? MachinePowerState.On : MachinePowerState.Off))
            : Unknown();

    private SimulatedMachine? Find(MachinePowerTarget target) => _machines.GetValueOrDefault(target.MacAddresses[0]);

    private static Task<MachinePowerResult> Unknown() =>
        Task.FromResult<MachinePowerResult>(new MachinePowerResult.Failed("there is no such machine"));
}
