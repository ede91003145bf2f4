using System.Security.Cryptography;
using Maas.Core.Events;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Core.Nodes;

/// <content>What an owner asks.</content>
internal static partial class MachineStateMachine
{
    private static Decision Allocate(TransitionBuilder move, MachineCommand.Allocate command) =>
        command.ExpectedVersion is { } version && version != move.Machine.Version
            ? move.Refused("allocate", "The machine has changed since it was chosen.")
        : TryAllocate(move, command.Owner, command.TokenKey, command.AgentName) ? move.Done() : WrongStatus(move, "allocate");

    private static bool TryAllocate(TransitionBuilder move, string owner, string? tokenKey, string agentName)
    {
        if (!move.TryMove(MachineAction.Allocate, $"Allocated to {owner}.")) return false;
        move.BeginOperation();
        move.Machine = move.Machine with { Owner = owner, AllocatedByToken = tokenKey, AgentName = agentName };
        return true;
    }

    private static Decision Deploy(TransitionBuilder move, MachineCommand.Deploy command)
    {
        if (move.Machine.Status is MachineStatus.Ready) TryAllocate(move, command.Owner, command.TokenKey, command.AgentName ?? "");
        if (move.Machine.Status is not MachineStatus.Allocated)
            return move.Refused("deploy", $"Can't deploy a machine that is in the '{move.Machine.Status.DisplayName}' state");
        if (move.Machine.Owner != command.Owner)
            return move.Refused("deploy", "Can't deploy a machine that is allocated to another user.", RefusalKind.Owner);
        if (command.Ephemeral) return DeployInMemory(move, command);
        if (command is not ({ Image: not null } or { Recipe: not null }))
            return move.Refused("deploy", NoImage(command, move.Machine), RefusalKind.Missing);
        if (command.Omissions.Count > 0) return move.Refused("deploy", string.Join(' ', command.Omissions), RefusalKind.Missing);
        if (!InstallDiskChoice.TryChoose(move.Machine, command, out var disk, out var reason))
            return move.Refused("deploy", reason, RefusalKind.Missing);

        var source = command.Image?.Name ?? command.Recipe!; // one of both is there
        BeginDeployment(move, command, source, disk, $"Installing {source} on {disk.Name}.");
        // They run in the ephemeral environment, which an installer does not boot.
        if (command.Image is not null) move.Add(new MachineEffect.ScheduleScripts(ScriptKind.Deployment)
        {
            Names = command.DeploymentScripts, Values = command.ScriptValues,
        });
        move.Restart();
        return move.Done();
    }

    private static Decision DeployInMemory(TransitionBuilder move, MachineCommand.Deploy command)
    {
        if (WhyNotInMemory(move.Machine, command) is { } reason) return move.Refused("deploy", reason, RefusalKind.Missing);
        var source = command.Image?.Name ?? $"{Deployment.EnvironmentSystem}/{Deployment.EnvironmentSeries}";
        BeginDeployment(move, command, source, new InstallDisk("", ""), $"Running {source} in memory.");
        move.Add(new MachineEffect.ScheduleScripts(ScriptKind.Deployment)
        {
            Names = command.DeploymentScripts, Values = command.ScriptValues,
        });
        move.Restart();
        return move.Done();
    }

    private static string? WhyNotInMemory(Machine machine, MachineCommand.Deploy command) => command switch
    {
        { HandOver: true } => "A machine whose system runs in memory needs this server at each boot: it cannot be handed over.",
        { Image: { IsRootArchive: false } image } =>
            $"{image.Name} is an image of a disk. A root archive (squashfs, tgz and others) can run in memory, or the ephemeral "
            + $"environment itself: {Deployment.EnvironmentSystem}/{Deployment.EnvironmentSeries}.",
        { Image: { } image } when machine.MemoryMiB > 0 && image.Size >= (long)machine.MemoryMiB << 20 =>
            $"Image {image.Name} has {image.Size >> 20} MiB and does not fit in the machine's memory of {machine.MemoryMiB} MiB.",
        { Image: not null } => null,
        { Recipe: { } recipe } => $"The installer of {recipe} writes to a disk: it cannot run in memory.",
        { OsSystem: Deployment.EnvironmentSystem, DistroSeries: Deployment.EnvironmentSeries } => null,
        _ => NoImage(command, machine),
    };

    private static void BeginDeployment(
        TransitionBuilder move, MachineCommand.Deploy command, string source, InstallDisk disk, string words)
    {
        move.TryMove(MachineAction.Deploy, words);
        move.BeginOperation();
        var names = source.Split('/', 2);
        move.Machine = move.Machine with
        {
            Netboot = true,
            AgentName = command.AgentName ?? move.Machine.AgentName,
            Deployment = new Deployment
            {
                OsSystem = names[0],
                DistroSeries = names[^1],
                HweKernel = command.HweKernel,
                Image = command.Image,
                Recipe = command.Image is null ? command.Recipe : null,
                ReportTimeout = command.Image is null ? command.ReportTimeout : null,
                Ephemeral = command.Ephemeral,
                Disk = disk,
                HandOver = command.HandOver,
                HardwareSync = command is { SyncHardware: true, HandOver: false }
                    ? new HardwareSync(command.SyncInterval ?? HardwareSync.DefaultInterval) : null,
            },
        };
        move.RenewDeadline(); // the recipe may have one of its own
        KeepUserData(move, command.UserData);
        move.Add(new MachineEffect.RevokeCredentials());
    }

    private static string NoImage(MachineCommand.Deploy command, Machine machine)
    {
        var wanted = string.Join('/', new[] { command.OsSystem, command.DistroSeries }.Where(part => part.Length > 0));
        return $"There is no complete image {(wanted.Length > 0 ? $"'{wanted}' " : "")}for {machine.Architecture}.";
    }

    private static void KeepUserData(TransitionBuilder move, ReadOnlyMemory<byte>? userData)
    {
        if (move.Machine.Deployment is not { } deployment) return;
        var digest = userData is { } body ? Convert.ToHexStringLower(SHA256.HashData(body.Span)) : null;
        move.Machine = move.Machine with { Deployment = deployment with { UserDataSha256 = digest } };
        move.Add(userData is { } bytes ? new MachineEffect.KeepUserData(bytes) : new MachineEffect.ForgetUserData());
    }

    private static Decision Release(TransitionBuilder move, MachineCommand.Release command)
    {
        var status = move.Machine.Status;
        if (status is MachineStatus.Ready or MachineStatus.Releasing or MachineStatus.DiskErasing) return move.Done();
        // Scripts and erasure together are one release: MAAS has no way from Releasing to Disk erasing.
        var hasScripts = command.Scripts.Count > 0;
        if (!move.TryMove(command.Erase is null || hasScripts ? MachineAction.Release : MachineAction.ReleaseErasing))
            return move.Refused("release", $"Machine cannot be released in its current state ('{status.DisplayName}').");

        move.BeginOperation();
        move.Machine = move.Machine with { Deployment = null, Netboot = true, Erase = command.Erase };
        move.Add(new MachineEffect.ForgetUserData());
        move.Add(new MachineEffect.RevokeCredentials());
        if (hasScripts || status is MachineStatus.Deploying) move.Add(new MachineEffect.CloseScripts(ScriptStatus.Aborted));
        if (hasScripts)
        {
            move.Machine = move.Machine with { ReleaseTask = ReleaseTask.Scripts };
            move.RenewDeadline();
            move.Add(new MachineEffect.ScheduleScripts(ScriptKind.Release) { Names = command.Scripts, Values = command.ScriptValues });
        }

        if (!hasScripts && command.Erase is null) ReleasePower(move);
        else move.Restart();
        return move.Done();
    }

    // The machine is free when it is off; its controller may be slow to eject.
    private static void ReleasePower(TransitionBuilder move)
    {
        move.Add(new MachineEffect.Power(PowerAction.TurnOff, Finishes: true));
        move.EjectBootMedia();
    }

    private static Decision TurnOn(TransitionBuilder move, MachineCommand.TurnOn command)
    {
        if (move.Machine.Owner is null)
            return move.Refused("power on", "Can't start node: it hasn't been allocated.", RefusalKind.Owner);
        if (command.UserData is { } userData && move.Machine.Status is MachineStatus.Deploying) KeepUserData(move, userData);
        return PowerOnly(move, PowerAction.TurnOn);
    }

    private static Decision BootMedia(TransitionBuilder move, MachineCommand.BootMedia command)
    {
        if (MachineCommand.BootMedia.WhyNot(command.Image) is { } reason)
            return move.Refused("boot media", reason, RefusalKind.Missing);
        // An operation boots the machine itself and waits for what it reports; in rescue mode a person works on it.
        if (move.Machine.Deadline is not null || move.Machine.Status is MachineStatus.RescueMode)
            return move.Refused(
                "boot media",
                $"Cannot start a machine from virtual media that is in the '{move.Machine.Status.DisplayName}' state: end that first.");

        move.Machine = move.Machine with { BootMedia = command.Image };
        move.Add(new MachineEffect.Power(PowerAction.TurnOff));
        move.Add(new MachineEffect.Power(PowerAction.BootMedia));
        move.Note(EventLevel.Info, "Power", $"Starting from {LogText.From(command.Image.AbsoluteUri)} as virtual media.");
        return move.Done();
    }

    private static Decision.Moved EjectMedia(TransitionBuilder move)
    {
        move.Add(new MachineEffect.Power(PowerAction.EjectMedia));
        move.Note(EventLevel.Info, "Power", "Ejecting the virtual media.");
        return move.Done();
    }

    private static Decision PowerOnly(TransitionBuilder move, PowerAction action)
    {
        // A status that waits for its power must not lose that wish to a later one.
        if (action is not PowerAction.Query && move.Machine.Status is MachineStatus.Releasing or MachineStatus.ExitingRescueMode)
            return WrongStatus(move, action is PowerAction.TurnOn ? "power on" : "power off");
        if (action is PowerAction.TurnOff or PowerAction.ShutDown && move.Machine.Status.WaitsForBoot)
            return move.Refused(
                "power off",
                $"Cannot power off a machine that is in the '{move.Machine.Status.DisplayName}' state, which waits for its boot: "
                + "end that first.");

        move.Add(new MachineEffect.Power(action));
        if (action is not PowerAction.Query) move.Note(EventLevel.Info, "Power", action switch
        {
            PowerAction.TurnOn => "Powering on.",
            PowerAction.ShutDown => "Shutting down.",
            _ => "Powering off.",
        });
        return move.Done();
    }
}
