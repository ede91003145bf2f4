using Maas.Core;
using Maas.Core.Nodes;
using Maas.Testing;

namespace Maas.Hosting.Testing.Tests;

public sealed class RolloutTests
{
    [Fact]
    public async Task Fifty_machines_are_deployed_when_three_fail()
    {
        await using var maas = await VirtualMaas.StartAsync();
        await maas.AddImageAsync("custom/app");
        for (var number = 1; number <= 53; number++)
        {
            var fault = number is 7 or 20 or 41 ? SimulatedFault.DiskDoesNotBoot : SimulatedFault.None;
            maas.AddMachine(machine => machine with { Faults = fault });
        }

        await maas.RunAsync(async () =>
        {
            await Task.WhenAll(maas.Rack.Machines.Select(maas.CommissionAsync));
            await new Rollout(maas.Core, maas.Network.TimeProvider).RunAsync(50, maas.Administrator);
        });

        var machines = await maas.Core.Machines.ListAsync(new MachineFilter());
        Assert.Equal(50, machines.Count(machine => machine.Status == MachineStatus.Deployed));
    }
}

// The application's policy: a machine that fails is marked broken, and another one takes its place.
public sealed class Rollout(MaasCore core, TimeProvider timeProvider)
{
    public async Task RunAsync(int wanted, MachineActor actor)
    {
        while (true)
        {
            var machines = await core.Machines.ListAsync(new MachineFilter());
            foreach (var failed in machines.Where(machine => machine.Status == MachineStatus.FailedDeployment))
                await core.Machines.MarkBrokenAsync(failed.Id, "not deployed", actor);
            if (machines.Count(machine => machine.Status == MachineStatus.Deployed) >= wanted) return;
            var missing = wanted - machines.Count(machine => machine.Status is MachineStatus.Deploying or MachineStatus.Deployed);
            foreach (var next in machines.Where(machine => machine.Status == MachineStatus.Ready).Take(missing))
                await core.Machines.DeployAsync(next.Id, new DeployRequest { OsSystem = "custom", DistroSeries = "app" }, actor);
            await Task.Delay(TimeSpan.FromSeconds(10), timeProvider);
        }
    }
}
