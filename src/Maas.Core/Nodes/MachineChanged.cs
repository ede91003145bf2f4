namespace Maas.Core.Nodes;

/// <summary>One change of one machine, as the change history keeps it.</summary>
/// <param name="Number">Position in the history of all machines, ascending; there may be gaps.</param>
/// <param name="At">The time of the change.</param>
/// <param name="MachineId">Which machine.</param>
/// <param name="Version">The version of the machine that the change made; for a deletion, the last one.</param>
/// <param name="From">The status before; <see langword="null"/> for a new machine.</param>
/// <param name="To">The status after; <see langword="null"/> for a deleted machine.</param>
/// <param name="OperationId">The operation that the change belongs to; <see langword="null"/> for none.</param>
public sealed record MachineChanged(
    long Number, DateTimeOffset At, SystemId MachineId, long Version, MachineStatus? From, MachineStatus? To, Guid? OperationId)
{
    /// <summary>Whether the status changed; also for a new and a deleted machine.</summary>
    public bool IsStatusChange => From != To;
}

/// <summary>Changes of machines after the number that a reader asked to continue from were deleted: read the machines anew.</summary>
public sealed class ChangeHistoryExpiredException : Exception
{
    /// <summary>Names the oldest change that can be continued from.</summary>
    public ChangeHistoryExpiredException(long after, long oldest)
        : base($"Changes after number {after} were deleted; the history begins after number {oldest}. "
            + "List the machines again, then watch from the last change.")
    {
        After = after;
        Oldest = oldest;
    }

    /// <summary>The number that the reader asked to continue from.</summary>
    public long After { get; }

    /// <summary>The lowest number that can be continued from.</summary>
    public long Oldest { get; }
}
