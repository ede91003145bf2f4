using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Hosting.Testing.Tests;

/// <summary>A policy of an application: so many machines are deployed, and one that fails is marked broken and replaced.</summary>
internal sealed class ReplacingDeployment(MaasCore core, TimeProvider timeProvider)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    public async Task RunAsync(int wanted, MachineActor actor, CancellationToken cancellationToken)
    {
        var image = new DeployRequest { OsSystem = "custom", DistroSeries = "app" };
        while (true)
        {
            var machines = await core.Machines.ListAsync(new MachineFilter(), cancellationToken);
            foreach (var failed in machines.Where(machine => machine.Status == MachineStatus.FailedDeployment))
                await core.Machines.MarkBrokenAsync(failed.Id, "it was not deployed", actor, cancellationToken);
            if (machines.Count(machine => machine.Status == MachineStatus.Deployed) >= wanted) return;
            var missing = wanted - machines.Count(machine => machine.Status is MachineStatus.Deploying or MachineStatus.Deployed);
            foreach (var next in machines.Where(machine => machine.Status == MachineStatus.Ready).Take(missing))
                await core.Machines.DeployAsync(next.Id, image, actor, cancellationToken);
            await Task.Delay(Look, timeProvider, cancellationToken);
        }
    }
}
