namespace Maas.Core.Nodes;

/// <summary>
/// Commands as methods, for callers that need no more than their usual form. Each is <see cref="Machines.ExecuteAsync"/> with a
/// <see cref="MachineCommand"/>: the actor's permission is part of the decision, and <see langword="null"/> is the system.
/// </summary>
public static class MachineCommands
{
    /// <summary>Accepts an enlisted machine and commissions it. A machine that is Commissioning or Ready is not changed.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> AcceptAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.Accept(), actor, cancellationToken);

    /// <summary>Boots a machine to take its inventory and run scripts; it becomes Ready.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> CommissionAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.Commission(), actor, cancellationToken);

    /// <summary>Runs the testing scripts on a machine.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> TestAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.Test(), actor, cancellationToken);

    /// <summary>Stops commissioning, deploying, testing or erasing.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> AbortAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.Abort(), actor, cancellationToken);

    /// <summary>Locks a machine: changes by its owner are refused from now on.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> LockAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.Lock(), actor, cancellationToken);

    /// <summary>Unlocks a machine.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> UnlockAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.Unlock(), actor, cancellationToken);

    /// <summary>Marks a broken machine as repaired.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> MarkFixedAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.MarkFixed(), actor, cancellationToken);

    /// <summary>Boots a machine into rescue mode.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> EnterRescueModeAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.EnterRescueMode(), actor, cancellationToken);

    /// <summary>Ends rescue mode; the machine returns to its status before.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> ExitRescueModeAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.ExitRescueMode(), actor, cancellationToken);

    /// <summary>Turns a machine on. It must have an owner.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> TurnOnAsync(
        this Machines machines, SystemId id, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.TurnOn(), actor, cancellationToken);

    /// <summary>
    /// Installs an image on a machine. A Ready machine is allocated to the owner first. <see cref="Machines.AllocateAsync"/> chooses a
    /// machine.
    /// </summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="request">What to install.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The request names no owner, and there is no actor.</exception>
    public static Task<CommandResult> DeployAsync(
        this Machines machines, SystemId id, DeployRequest request, MachineActor? actor = null, CancellationToken cancellationToken =
            default)
    {
        var owner = request.Owner ?? actor?.Name
            ?? throw new ArgumentException("A deployment needs an owner or an actor.", nameof(request));
        var command = new MachineCommand.Deploy(owner)
        {
            OsSystem = request.OsSystem,
            DistroSeries = request.DistroSeries,
            HweKernel = request.HweKernel,
            UserData = request.UserData,
            Image = request.Image,
            Ephemeral = request.Ephemeral,
            Comment = request.Comment,
        };
        return machines.ExecuteAsync(id, command, actor, cancellationToken);
    }

    /// <summary>Takes a machine back from its owner; it becomes Ready after its disks are erased as requested.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="erase">How to erase the disks; <see langword="null"/> for the default of the settings.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> ReleaseAsync(
        this Machines machines, SystemId id, EraseMode? erase = null, MachineActor? actor = null,
        CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.Release { Erase = erase }, actor, cancellationToken);

    /// <summary>Marks a machine as broken.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="reason">Why; shown as the machine's status message.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> MarkBrokenAsync(
        this Machines machines, SystemId id, string reason, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        machines.ExecuteAsync(id, new MachineCommand.MarkBroken { Comment = reason }, actor, cancellationToken);

    /// <summary>Turns a machine off.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="isSoft">Whether the operating system is asked to shut down, instead of cutting the power.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<CommandResult> TurnOffAsync(
        this Machines machines, SystemId id, bool isSoft = false, MachineActor? actor = null, CancellationToken cancellationToken =
            default) =>
        machines.ExecuteAsync(id, new MachineCommand.TurnOff { Soft = isSoft }, actor, cancellationToken);
}
