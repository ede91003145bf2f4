using Maas.Testing.Agent;
using Maas.Testing.CloudInit;
using Maas.Testing.Events;
using Maas.Testing.Firmware;
using Maas.Testing.Install;

namespace Maas.Testing;

/// <summary>One machine from power-on until nothing more happens: boots, and boots again, by what each boot ends with.</summary>
internal sealed class PowerCycle(SimulatedMachine machine, MachineLog log, TimeProvider timeProvider, Action<SettledState> resting)
{
    private const int MostBoots = 50;
    private const int LeastMemory = 320; // of the environment, in MiB
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(30);

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
        await WaitAsync(machine.Options.SelfTest, cancellationToken).ConfigureAwait(false);
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
                case BootResult.Hang hang:
                    return new SettledState.Stuck(hang.Reason);
                case BootResult.Kernel kernel:
                    return await RunKernelAsync(kernel.CommandLine, cancellationToken).ConfigureAwait(false);
                case BootResult.Disk when bootable is not null && Has(SimulatedFault.DiskDoesNotBoot):
                    log.Said("firmware", $"{bootable.Model.Name} does not boot");
                    await Task.Delay(RestartPause, timeProvider, cancellationToken).ConfigureAwait(false);
                    return null;
                case BootResult.Disk when bootable is not null && Has(SimulatedFault.SystemHangs):
                    return new SettledState.Stuck($"the system on {bootable.Model.Name} hangs");
                case BootResult.Disk when bootable is not null:
                    await WaitAsync(machine.Options.KernelStart, cancellationToken).ConfigureAwait(false);
                    var system = new CloudInitRun(machine.Options, bootable, log, timeProvider);
                    machine.System = await system.RunAsync(cancellationToken).ConfigureAwait(false);
                    return new SettledState.SystemRunning();
            }
        }

        return new SettledState.Stuck("no device has anything to boot");
    }

    private bool Has(SimulatedFault fault) => machine.Options.Faults.HasFlag(fault);

    private Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) =>
        time > TimeSpan.Zero ? Task.Delay(time, timeProvider, cancellationToken) : Task.CompletedTask;

    private async Task<SettledState?> RunKernelAsync(string commandLine, CancellationToken cancellationToken)
    {
        var isAgent = AgentCommandLine.TryParse(commandLine, out var given);
        InstallerCommandLine? installer = null;
        if (!isAgent && !InstallerCommandLine.TryParse(commandLine, out installer)) return new SettledState.UnknownKernel(commandLine);
        if (machine.Options.Hardware.MemoryMebibytes < LeastMemory) return new SettledState.Stuck("Kernel panic: out of memory");
        if (Has(SimulatedFault.HasNoNetworkDriver))
            return new SettledState.Stuck(isAgent ? "MAAS-AGENT failed: no network interface" : "no network card was found");
        await WaitAsync(machine.Options.KernelStart, cancellationToken).ConfigureAwait(false);
        if (installer is not null)
            return await new InstallerRun(machine.Options, machine.Disks, installer, log, timeProvider).RunAsync(cancellationToken)
                .ConfigureAwait(false);
        using var agent = new EphemeralAgent(
            machine.Options, machine.Disks, given!, log, timeProvider, () => resting(new SettledState.EnvironmentRunning())); // isAgent
        return await agent.RunAsync(cancellationToken).ConfigureAwait(false) switch
        {
            AgentEnd.PowerOff => new SettledState.Off("switched off by the agent"),
            AgentEnd.Hang => new SettledState.Stuck("the agent hangs"),
            _ => null,
        };
    }
}
