using Maas.Core.Nodes;

namespace Maas.Dashboard.Plans;

/// <summary>In which statuses a machine's plan may be changed: those of the operations of the API that change it.</summary>
internal static class PlanStatuses
{
    /// <summary>Why the storage may not be changed; <see langword="null"/> when it may.</summary>
    public static string? FindStorageObstacle(Machine machine) => machine.Status is MachineStatus.Ready or MachineStatus.Allocated
        ? null
        : $"The storage of a machine is planned while it is Ready or Allocated; it is {machine.Status.DisplayName}.";

    /// <summary>Why the interfaces may not be changed; <see langword="null"/> when they may.</summary>
    public static string? FindNetworkObstacle(Machine machine) =>
        machine.Status is MachineStatus.Ready or MachineStatus.Allocated or MachineStatus.Broken
            ? null
            : $"The interfaces of a machine are planned while it is Ready, Allocated or Broken; it is {machine.Status.DisplayName}.";

    /// <summary>Whether a user may change the storage: an administrator, and the owner of an allocated machine.</summary>
    public static bool MayEditStorage(Machine machine, MachineActor actor) =>
        actor.MayEdit(machine) && !machine.Locked && FindStorageObstacle(machine) is null;

    /// <summary>Whether a user may change the interfaces: an administrator.</summary>
    public static bool MayEditNetwork(Machine machine, MachineActor actor) =>
        actor.IsAdministrator && !machine.Locked && FindNetworkObstacle(machine) is null;
}
