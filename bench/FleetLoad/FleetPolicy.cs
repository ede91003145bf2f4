using Maas.Boot;
using Maas.Core;
using Maas.Core.Nodes;

namespace FleetLoad;

/// <summary>Boots each machine by what it is to do next, as Maas.Hosting's policy does.</summary>
internal sealed class FleetPolicy(MaasCore core, Uri api) : IBootPolicy
{
    public async ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
    {
        var mac = MacAddress.Parse(question.Hardware.ToString());
        var machine = await core.Machines.FindByMacAsync(mac, cancellationToken).ConfigureAwait(false);
        switch (machine?.NextBoot)
        {
            case BootIntent.None:
                return null;
            case BootIntent.LocalDisk:
                return new BootInstruction.LocalDisk();
            case BootIntent.Ephemeral { Task: EphemeralTask.PowerOff }:
                return new BootInstruction.PowerOff();
        }

        if (question.Phase == BootPhase.Discovery) return new BootInstruction.Kernel("kernel", ["initrd"], "");
        var task = "maas.task=enlist";
        if (machine is not null)
        {
            var token = await core.BootTokens.IssueAsync(machine.Id, question.ClientAddress, cancellationToken).ConfigureAwait(false);
            if (token is null) return null;
            task = $"maas.token={token.Value.Reveal()}";
        }

        return new BootInstruction.Kernel(
            "kernel", ["initrd"], $"maas.url={api.AbsoluteUri.TrimEnd('/')} BOOTIF=01-{mac.ToString().Replace(':', '-')} {task}");
    }
}
