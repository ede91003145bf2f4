namespace Maas.Core.Nodes;

/// <summary>The fields of a machine that commands change, and the store; an edit changes all others.</summary>
internal static class MachineLife
{
    private static readonly (string Name, Func<Machine, object?> Value)[] Fields =
    [
        (nameof(Machine.Id), machine => machine.Id),
        (nameof(Machine.Number), machine => machine.Number),
        (nameof(Machine.MadeItselfKnown), machine => machine.MadeItselfKnown),
        (nameof(Machine.Status), machine => machine.Status),
        (nameof(Machine.CameFrom), machine => machine.CameFrom),
        (nameof(Machine.StatusMessage), machine => machine.StatusMessage),
        (nameof(Machine.PowerNote), machine => machine.PowerNote),
        (nameof(Machine.PowerOffNote), machine => machine.PowerOffNote),
        (nameof(Machine.StatusSince), machine => machine.StatusSince),
        (nameof(Machine.Deadline), machine => machine.Deadline),
        (nameof(Machine.OperationId), machine => machine.OperationId),
        (nameof(Machine.CheckedIn), machine => machine.CheckedIn),
        (nameof(Machine.Retries), machine => machine.Retries),
        (nameof(Machine.SkipNetworking), machine => machine.SkipNetworking),
        (nameof(Machine.SkipStorage), machine => machine.SkipStorage),
        (nameof(Machine.SkipBmcConfig), machine => machine.SkipBmcConfig),
        (nameof(Machine.PowerDetected), machine => machine.PowerDetected),
        (nameof(Machine.PowerState), machine => machine.PowerState),
        (nameof(Machine.BootMedia), machine => machine.BootMedia),
        (nameof(Machine.Netboot), machine => machine.Netboot),
        (nameof(Machine.Locked), machine => machine.Locked),
        (nameof(Machine.Owner), machine => machine.Owner),
        (nameof(Machine.AllocatedByToken), machine => machine.AllocatedByToken),
        (nameof(Machine.AgentName), machine => machine.AgentName),
        (nameof(Machine.Deployment), machine => machine.Deployment),
        (nameof(Machine.Erase), machine => machine.Erase),
        (nameof(Machine.ReleaseTask), machine => machine.ReleaseTask),
        (nameof(Machine.RescuedBy), machine => machine.RescuedBy),
        (nameof(Machine.SshEnabledBy), machine => machine.SshEnabledBy),
        (nameof(Machine.ControllerIdentity), machine => machine.ControllerIdentity),
        (nameof(Machine.Created), machine => machine.Created),
        (nameof(Machine.Updated), machine => machine.Updated),
        (nameof(Machine.Version), machine => machine.Version),
    ];

    /// <summary>The names of the fields of its life in which two versions of a machine differ.</summary>
    public static IReadOnlyList<string> ChangesOf(Machine machine, Machine edited) =>
        [.. Fields.Where(field => !Equals(field.Value(machine), field.Value(edited))).Select(field => field.Name)];
}
