using static Maas.Core.Nodes.MachineAction;
using static Maas.Core.Nodes.MachineStatus;

namespace Maas.Core.Nodes;

/// <summary>
/// The life of a machine as one table. A row says: in this status, this action leads to that status. Every edge is one of
/// MAAS's 174. Where the end of tests, of rescue mode or of being broken leads depends on the status they interrupted; such
/// rows name it.
/// </summary>
public static class MachineLifecycle
{
    /// <summary>The status of a machine that is new here.</summary>
    public const MachineStatus Initial = New;

    private static readonly Dictionary<(MachineStatus, MachineAction, MachineStatus?), MachineStatus> Targets =
        Rows().ToDictionary(row => (row.From, row.Action, row.CameFrom), row => row.To);

    /// <summary>All rows, in the order of the table.</summary>
    public static IReadOnlyList<LifecycleRow> Table { get; } = [.. Rows()];

    /// <summary>Where an action leads; <see langword="null"/> when the status does not allow it.</summary>
    /// <param name="from">The status.</param>
    /// <param name="action">The action.</param>
    /// <param name="cameFrom">The status that was interrupted, if one was.</param>
    public static MachineStatus? Next(MachineStatus from, MachineAction action, MachineStatus? cameFrom = null)
    {
        if (cameFrom is not null && Targets.TryGetValue((from, action, cameFrom), out var special)) return special;
        return Targets.TryGetValue((from, action, null), out var to) ? to : null;
    }

    private static IEnumerable<LifecycleRow> Rows() =>
    [
        .. From([New, FailedCommissioning, Missing, Ready, Broken, FailedTesting], Commission, Commissioning),
        .. From([Commissioning], Finish, Ready),
        .. From([Commissioning], Fail, FailedCommissioning),
        .. From([Commissioning], Abort, New),

        .. From([Ready], Allocate, Allocated),
        .. From([Allocated], Deploy, Deploying),
        .. From([Deploying], Finish, Deployed),
        .. From([Deploying], Fail, FailedDeployment),
        .. From([Deploying], Abort, Allocated),

        .. From([Reserved, Deployed, Broken, Deploying, Allocated, FailedDeployment, FailedReleasing, FailedDiskErasing], Release,
        Releasing),
        .. From([Releasing], Finish, Ready),
        .. From([Releasing], Fail, FailedReleasing),
        .. From([Releasing], Abort, FailedReleasing),
        .. From([Reserved, Deployed, Broken, Deploying, Allocated, FailedDeployment, FailedReleasing, FailedDiskErasing], ReleaseErasing,
        DiskErasing),
        .. From([DiskErasing], Finish, Ready),
        .. From([DiskErasing], Fail, FailedDiskErasing),
        .. From([DiskErasing], Abort, FailedDiskErasing),

        .. From([.. Enum.GetValues<MachineStatus>().Where(status => status is not Broken)], MarkBroken, Broken),
        .. From([Broken], MarkFixed, Ready),
        .. Returning(Broken, MarkFixed, [Deployed]),

        .. From([New, Commissioning, FailedCommissioning, Missing, Ready, Reserved, Deployed, Retired, Broken, Allocated, FailedDeployment,
            FailedReleasing, FailedDiskErasing, FailedEnteringRescueMode, FailedExitingRescueMode, FailedTesting], Test, Testing),
        .. From([Testing], Finish, Ready),
        .. From([Testing], Finish, New, cameFrom: FailedCommissioning),
        .. Returning(Testing, Finish, [Reserved, Deployed, Allocated]),
        .. From([Testing], Fail, FailedTesting),
        .. From([Testing], Abort, Ready),
        .. From([Testing], Abort, New, cameFrom: FailedCommissioning),
        .. Returning(Testing, Abort, [New, Missing, Reserved, Deployed, Retired, Broken, Allocated, FailedDeployment, FailedReleasing,
            FailedDiskErasing, FailedEnteringRescueMode, FailedExitingRescueMode, FailedTesting]),
        .. From([FailedTesting], OverrideFailedTesting, Ready),
        .. Returning(FailedTesting, OverrideFailedTesting, [Deployed]),

        .. From([New, FailedCommissioning, Missing, Ready, Reserved, Deployed, Retired, Broken, Allocated, FailedDeployment,
        FailedDiskErasing,
            FailedEnteringRescueMode, FailedTesting], EnterRescueMode, EnteringRescueMode),
        .. From([EnteringRescueMode], Finish, RescueMode),
        .. From([EnteringRescueMode], Fail, FailedEnteringRescueMode),
        .. From([EnteringRescueMode, RescueMode, FailedEnteringRescueMode, FailedExitingRescueMode], ExitRescueMode, ExitingRescueMode),
        .. From([ExitingRescueMode], Finish, Ready),
        .. Returning(ExitingRescueMode, Finish, [
        New, FailedCommissioning, Missing, Reserved, Deployed, Retired, Broken, Allocated, FailedDeployment,
            FailedDiskErasing, FailedTesting]),
        .. From([ExitingRescueMode], Fail, FailedExitingRescueMode),
    ];

    private static IEnumerable<LifecycleRow> From(MachineStatus[] sources, MachineAction action, MachineStatus to, MachineStatus? cameFrom =
        null) =>
        sources.Select(from => new LifecycleRow(from, action, to, cameFrom));

    private static IEnumerable<LifecycleRow> Returning(MachineStatus from, MachineAction action, MachineStatus[] origins) =>
        origins.Select(origin => new LifecycleRow(from, action, origin, origin));
}

/// <summary>A row of the lifecycle's table.</summary>
/// <param name="From">The status.</param>
/// <param name="Action">What is done.</param>
/// <param name="To">Where it leads.</param>
/// <param name="CameFrom">Only when this status was interrupted; <see langword="null"/> when no other row says more.</param>
public sealed record LifecycleRow(MachineStatus From, MachineAction Action, MachineStatus To, MachineStatus? CameFrom = null);
