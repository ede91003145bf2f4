using Maas.Core.Accounts;
using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>
/// The user on whose behalf a machine is changed. <see cref="Machines"/> evaluates the user's permission on the version of the machine
/// that the change is written against, and again whenever it has to load a newer version.
/// </summary>
/// <param name="Name">User name.</param>
/// <param name="IsAdministrator">Whether the user has an administrator's rights. <see langword="false"/> restricts an administrator to an
/// owner's rights.</param>
public sealed record MachineActor(string Name, bool IsAdministrator)
{
    /// <summary>The user with all rights that the user has.</summary>
    public static MachineActor Of(User user) => new(user.Name, user.IsAdministrator);

    /// <summary>Whether the machine is visible: users see machines without an owner and their own.</summary>
    public bool MaySee(Machine machine) => IsAdministrator || machine.Owner is null || machine.Owner == Name;

    /// <summary>Whether the actor may change the machine.</summary>
    public bool MayEdit(Machine machine) => IsAdministrator || machine.Owner == Name;

    /// <summary>Whether the device is visible: users see devices without an owner and their own.</summary>
    public bool MaySee(Device device) => IsAdministrator || device.Owner is null || device.Owner == Name;

    /// <summary>Whether the actor may change the device.</summary>
    public bool MayEdit(Device device) => IsAdministrator || device.Owner == Name;

    /// <summary>Whether the actor may change the machine, or take it because it has no owner.</summary>
    public bool MayTake(Machine machine) => MayEdit(machine) || machine.Owner is null;

    /// <summary>
    /// Whether the actor may change what identifies the machine: MAC addresses, hardware UUID, and inventory with its disks. The network
    /// boot of any hardware with these addresses is answered with the machine's next task, erasing included: this is for administrators
    /// only.
    /// </summary>
    public bool MayIdentify(Machine machine) => IsAdministrator && MayEdit(machine);

    /// <summary>Whether the actor may give the command to the machine. Its state may still refuse the command.</summary>
    public bool MayCommand(Machine machine, MachineCommand command) => IsAdministrator || command switch
    {
        MachineCommand.Allocate or MachineCommand.Deploy => MayTake(machine),
        MachineCommand.QueryPower => MaySee(machine),
        // Clients release machines that are free already, which changes nothing. A machine without an owner is never moved by it.
        MachineCommand.Release =>
            MayEdit(machine)
            || (machine.Owner is null && MachineLifecycle.Next(machine.Status, MachineAction.Release, machine.CameFrom) is null),
        MachineCommand.Abort or MachineCommand.TurnOn or MachineCommand.TurnOff or MachineCommand.MarkBroken
            or MachineCommand.OverrideFailedTesting or MachineCommand.Lock or MachineCommand.Unlock => MayEdit(machine),
        _ => false, // an administrator's commands
    };

    /// <summary>Why the actor may not make this edit; <see langword="null"/> when the actor may.</summary>
    internal EditResult.Denied? Deny(Machine before, Machine after)
    {
        if (!MayEdit(before)) return new EditResult.Denied(NotPermitted, RefusalKind.Permission);
        if (before.Locked) return new EditResult.Denied("The machine is locked.", RefusalKind.Locked);
        if (!MayIdentify(before) && !HasSameIdentity(before, after))
            return new EditResult.Denied(
                "Only an administrator may change a machine's MAC addresses, hardware UUID or inventory.", RefusalKind.Permission);
        if (!IsAdministrator && !HasSamePower(before.Power, after.Power))
            return new EditResult.Denied("Only an administrator may change how a machine is turned on and off.", RefusalKind.Permission);
        return IsAdministrator || before.Tags.SequenceEqual(after.Tags, StringComparer.Ordinal)
            ? null
            : new EditResult.Denied("Only an administrator may change a machine's tags.", RefusalKind.Permission);
    }

    internal const string NotPermitted = "You do not have permission to do this to this machine.";

    private static bool HasSamePower(PowerSettings before, PowerSettings after) =>
        before.Type == after.Type && before.Parameters.Count == after.Parameters.Count
        && before.Parameters.All(each => after.Parameters.TryGetValue(each.Key, out var value) && value == each.Value);

    private static bool HasSameIdentity(Machine before, Machine after) =>
        before.MacAddresses.SequenceEqual(after.MacAddresses) && before.HardwareUuid == after.HardwareUuid
        && Equals(before.Hardware, after.Hardware);
}
