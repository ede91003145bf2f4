using Maas.Core.Nodes;

namespace Maas.Dashboard.Plans;

/// <summary>Who may change a machine's plan when: as the operations of the API that change it.</summary>
internal static class PlanStatuses
{
    /// <summary>Why disks may not be partitioned or grouped; <see langword="null"/> when they may.</summary>
    public static string? FindStorageObstacle(Machine machine) => machine.Status is MachineStatus.Ready
        ? null
        : $"The disks of a machine are planned while it is Ready; it is {machine.Status.DisplayName}.";

    /// <summary>Why file systems may not be changed; <see langword="null"/> when they may.</summary>
    public static string? FindFormatObstacle(Machine machine) => machine.Status is MachineStatus.Ready or MachineStatus.Allocated
        ? null
        : $"The file systems of a machine are planned while it is Ready or Allocated; it is {machine.Status.DisplayName}.";

    /// <summary>Why the interfaces may not be changed; <see langword="null"/> when they may.</summary>
    public static string? FindNetworkObstacle(Machine machine) =>
        machine.Status is MachineStatus.Ready or MachineStatus.Allocated or MachineStatus.Broken
            ? null
            : $"The interfaces of a machine are planned while it is Ready, Allocated or Broken; it is {machine.Status.DisplayName}.";

    /// <summary>Whether a user may partition and group disks: an administrator.</summary>
    public static bool MayEditStorage(Machine machine, MachineActor actor) =>
        actor.IsAdministrator && !machine.Locked && FindStorageObstacle(machine) is null;

    /// <summary>Whether a user may change file systems: an administrator, and the owner of an allocated machine.</summary>
    public static bool MayFormat(Machine machine, MachineActor actor) =>
        actor.MayEdit(machine) && !machine.Locked && FindFormatObstacle(machine) is null;

    /// <summary>Whether a user may change the interfaces: an administrator.</summary>
    public static bool MayEditNetwork(Machine machine, MachineActor actor) =>
        actor.IsAdministrator && !machine.Locked && FindNetworkObstacle(machine) is null;
}
