using Maas.Testing.Agent;
using Maas.Testing.CloudInit;
using Maas.Testing.Events;
using Maas.Testing.Firmware;

namespace Maas.Testing;

/// <summary>One machine from power-on until nothing more happens: boots, and boots again, by what each boot ends with.</summary>
internal sealed class PowerCycle(SimulatedMachine machine, MachineLog log, TimeProvider timeProvider, Action<SettledState> resting)
{
    private const int MostBoots = 50;
    private const int LeastMemory = 320; // of the environment, in MiB
    private static readonly TimeSpan SelfTest = TimeSpan.FromSeconds(30);

    public async Task<SettledState> RunAsync(CancellationToken cancellationToken)
    {
        for (var boot = 0; boot < MostBoots; boot++)
        {
            if (await BootAsync(cancellationToken).ConfigureAwait(false) is { } rest) return rest;
            log.Said("firmware", "restart");
        }

        return new SettledState.Stuck($"still restarting after {MostBoots} boots");
    }

    // Null: the machine starts again.
    private async Task<SettledState?> BootAsync(CancellationToken cancellationToken)
    {
        var bootable = machine.Disks.FirstOrDefault(d => d.IsBootable);
        bool[] fromDisk = machine.Options.DiskFirst ? [true, false] : [false, true];
        foreach (var disk in fromDisk)
        {
            BootResult result = disk
                ? bootable is null ? new BootResult.NextDevice("no disk has anything to boot") : new BootResult.Disk()
                : await new BootFirmware(machine.Options, bootable is not null, log, timeProvider).BootFromNetworkAsync(cancellationToken)
                    .ConfigureAwait(false);
            switch (result)
            {
                case BootResult.NextDevice next:
                    log.Said("firmware", next.Reason);
                    continue;
                case BootResult.PowerOff off:
                    return new SettledState.Off(off.By);
                case BootResult.Reboot:
                    return null;
                case BootResult.Kernel kernel:
                    return await RunKernelAsync(kernel.CommandLine, cancellationToken).ConfigureAwait(false);
                case BootResult.Disk when bootable is not null && Has(SimulatedFault.DiskDoesNotBoot):
                    log.Said("firmware", $"{bootable.Model.Name} does not boot");
                    await Task.Delay(SelfTest, timeProvider, cancellationToken).ConfigureAwait(false);
                    return null;
                case BootResult.Disk when bootable is not null:
                    var system = new CloudInitRun(machine.Options, bootable, log, timeProvider);
                    machine.System = await system.RunAsync(cancellationToken).ConfigureAwait(false);
                    return new SettledState.SystemRunning();
            }
        }

        return new SettledState.Stuck("no device has anything to boot");
    }

    private bool Has(SimulatedFault fault) => machine.Options.Faults.HasFlag(fault);

    private async Task<SettledState?> RunKernelAsync(string commandLine, CancellationToken cancellationToken)
    {
        if (!AgentCommandLine.TryParse(commandLine, out var given)) return new SettledState.UnknownKernel(commandLine);
        if (machine.Options.Hardware.MemoryMebibytes < LeastMemory) return new SettledState.Stuck("Kernel panic: out of memory");
        if (Has(SimulatedFault.HasNoNetworkDriver)) return new SettledState.Stuck("MAAS-AGENT failed: no network interface");
        using var agent = new EphemeralAgent(
            machine.Options, machine.Disks, given, log, timeProvider, () => resting(new SettledState.EnvironmentRunning()));
        return await agent.RunAsync(cancellationToken).ConfigureAwait(false) switch
        {
            AgentEnd.PowerOff => new SettledState.Off("switched off by the agent"),
            _ => null,
        };
    }
}
