using Maas.Core.Inventory;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>Something that a user can do to machines, as a button offers it.</summary>
/// <param name="Name">Its name in outcomes and reasons.</param>
/// <param name="IsDestructive">Whether it needs to be confirmed, with the disks that it concerns.</param>
/// <param name="Command">The command for the acting user; <see langword="null"/> for deleting the machine.</param>
/// <param name="Action">The edge of the lifecycle that it needs; <see langword="null"/> for none.</param>
internal sealed record MachineOperation(
    string Name, bool IsDestructive, Func<MachineActor, MachineCommand?> Command, MachineAction? Action = null)
{
    /// <summary>What can be done, in the order of a machine's life.</summary>
    public static IReadOnlyList<MachineOperation> All { get; } =
    [
        new("Accept", false, _ => new MachineCommand.Accept()),
        new("Commission", false, _ => new MachineCommand.Commission(), MachineAction.Commission),
        new("Test", false, _ => new MachineCommand.Test(), MachineAction.Test),
        new("Allocate", false, actor => new MachineCommand.Allocate(actor.Name), MachineAction.Allocate),
        new("Deploy", true, actor => new MachineCommand.Deploy(actor.Name)),
        new("Release", true, _ => new MachineCommand.Release(), MachineAction.Release),
        new("Abort", false, _ => new MachineCommand.Abort(), MachineAction.Abort),
        new("Power on", false, _ => new MachineCommand.TurnOn()),
        new("Power off", false, _ => new MachineCommand.TurnOff()),
        new("Mark broken", false, _ => new MachineCommand.MarkBroken(), MachineAction.MarkBroken),
        new("Mark fixed", false, _ => new MachineCommand.MarkFixed(), MachineAction.MarkFixed),
        new("Override failed testing", false, _ => new MachineCommand.OverrideFailedTesting(), MachineAction.OverrideFailedTesting),
        new("Rescue mode", false, _ => new MachineCommand.EnterRescueMode(), MachineAction.EnterRescueMode),
        new("Exit rescue mode", false, _ => new MachineCommand.ExitRescueMode(), MachineAction.ExitRescueMode),
        new("Lock", false, _ => new MachineCommand.Lock()),
        new("Unlock", false, _ => new MachineCommand.Unlock()),
        new("Delete", true, _ => null),
    ];

    /// <summary>The button's label: the name, and what follows by itself.</summary>
    public string Label => Name is "Accept" ? "Accept & commission" : Name;

    /// <summary>
    /// Why a machine cannot have it now; <see langword="null"/> when it can. This is for the button: the decision itself is made on the
    /// version of the machine that is changed.
    /// </summary>
    public string? UnavailableFor(Machine machine, MachineActor actor)
    {
        const string NotPermitted = "You do not have permission to do this to this machine.";
        if (Command(actor) is not { } command)
            return !actor.IsAdministrator ? NotPermitted : machine.Locked ? "The machine is locked." : null;
        if (!actor.MayCommand(machine, command)) return NotPermitted;
        var state = machine.Status.DisplayName;
        return command switch
        {
            MachineCommand.Lock => machine.Locked ? "The machine is locked already." : null,
            MachineCommand.Unlock => machine.Locked ? null : "The machine is not locked.",
            _ when machine.Locked => "The machine is locked.",
            MachineCommand.Accept => machine.Status is MachineStatus.New ? null : $"Only a New machine is accepted; this one is {state}.",
            MachineCommand.Deploy => machine.Status is MachineStatus.Ready or MachineStatus.Allocated
                ? null
                : $"Only a Ready or Allocated machine is deployed; this one is {state}.",
            MachineCommand.Test when machine.Status is MachineStatus.Commissioning => "The tests run when commissioning has ended.",
            MachineCommand.TurnOff when machine.Status is MachineStatus.Commissioning or MachineStatus.Deploying or MachineStatus.Testing
                or MachineStatus.DiskErasing or MachineStatus.EnteringRescueMode =>
                $"The machine is {state} and waits for its boot: abort that first.",
            MachineCommand.TurnOn when machine.Owner is null => "The machine has no owner: allocate it first.",
            MachineCommand.TurnOn or MachineCommand.TurnOff when machine.Status is MachineStatus.Releasing
                or MachineStatus.ExitingRescueMode => $"The machine is {state} and its power is being changed.",
            MachineCommand.Abort when machine is { Status: MachineStatus.Releasing, ReleaseTask: null } =>
                $"The machine is {state} and its power is being changed.",
            _ when Action is { } action && MachineLifecycle.Next(machine.Status, action, machine.CameFrom) is null =>
                $"Not possible while the machine is {state}.",
            _ => null,
        };
    }

    /// <summary>The text of a confirmation: what happens to which disks of a machine.</summary>
    public string Warning(Machine machine)
    {
        var disks = machine.Hardware?.Disks is { Count: > 0 } known
            ? string.Join(", ", known.Select(Describe))
            : "disks that are not known yet";
        return Name switch
        {
            "Deploy" => machine.EffectiveBootDisk is { } boot
                ? $"{machine.Fqdn}: the contents of {Describe(boot)} are overwritten."
                : $"{machine.Fqdn}: the contents of {disks} may be overwritten.",
            "Release" => $"{machine.Fqdn}: its owner loses it; {disks} may be erased.",
            _ => $"{machine.Fqdn}: the machine and all that is known of it are forgotten; {disks} are not changed.",
        };
    }

    /// <summary>A disk by name, model, serial number and size.</summary>
    public static string Describe(Disk disk) => string.Join(
        ' ',
        new[] { "/dev/" + disk.Name, disk.Model, disk.Serial, $"({Units.Bytes(disk.Size)})" }.Where(part => part.Length > 0));
}
