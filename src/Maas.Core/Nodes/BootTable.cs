namespace Maas.Core.Nodes;

/// <summary>What a machine in each status boots: the most important rule of the system, in one place.</summary>
internal static class BootTable
{
    private static readonly BootIntent Silence = new BootIntent.None();
    private static readonly BootIntent Disk = new BootIntent.LocalDisk();
    private static readonly BootIntent PowerOff = new BootIntent.Ephemeral(EphemeralTask.PowerOff);

    private static readonly BootIntent Run = new BootIntent.Ephemeral(EphemeralTask.Run);

    public static BootIntent For(Machine machine) => machine.Status switch
    {
        MachineStatus.New => new BootIntent.Ephemeral(EphemeralTask.Enlist),
        MachineStatus.Commissioning => new BootIntent.Ephemeral(EphemeralTask.Commission),
        MachineStatus.Testing => new BootIntent.Ephemeral(EphemeralTask.Test),
        MachineStatus.Releasing when machine.ReleaseTask is ReleaseTask.Scripts => new BootIntent.Ephemeral(EphemeralTask.Release),
        MachineStatus.Releasing when machine.ReleaseTask is ReleaseTask.Erase => new BootIntent.Ephemeral(EphemeralTask.Erase),
        MachineStatus.DiskErasing => new BootIntent.Ephemeral(EphemeralTask.Erase),
        MachineStatus.EnteringRescueMode or MachineStatus.RescueMode => new BootIntent.Ephemeral(EphemeralTask.Rescue),
        MachineStatus.Deploying or MachineStatus.Deployed when machine.IsEphemeral => Run,
        MachineStatus.Deploying when machine is { Netboot: true, Deployment.Image: { } image } => new BootIntent.Install(image),
        MachineStatus.Deploying when machine is { Netboot: true, Deployment.Recipe: { } recipe } => new BootIntent.Installer(recipe),
        MachineStatus.Deploying or MachineStatus.Deployed => Disk,
        MachineStatus.Retired => Silence,

        // Being released, or without an owner: a system that is still on the disk must not start.
        MachineStatus.Releasing or MachineStatus.FailedReleasing or MachineStatus.FailedDiskErasing => PowerOff,
        _ when machine is { IsInstalled: true, IsEphemeral: true } => Run,
        _ => machine.IsInstalled ? Disk : PowerOff,
    };
}
