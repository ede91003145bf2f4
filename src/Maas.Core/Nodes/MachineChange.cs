using Maas.Core.Events;
using Maas.Core.Records;
using Maas.Core.Scripts;

namespace Maas.Core.Nodes;

/// <summary>A machine to save, with everything that belongs to the same transaction.</summary>
public sealed record MachineChange
{
    /// <summary>
    /// The machine as it will be. Its <see cref="Machine.Version"/> is the version that the store must have, 0 for a new machine; the store
    /// saves it as the next version, with <see cref="Machine.Updated"/> set to <see cref="At"/>.
    /// </summary>
    public required Machine Machine { get; init; }

    /// <summary>The time of the change.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Events of the machine to write. They belong to its owner after the change, or before it if it has none then.</summary>
    public IReadOnlyList<EventNote> Events { get; init; } = [];

    /// <summary>Effects to apply, in order; each documents what the store does.</summary>
    public IReadOnlyList<MachineEffect> Effects { get; init; } = [];

    /// <summary>
    /// Results to insert for the scripts that <see cref="MachineEffect.ScheduleScripts"/> schedules; their ids are assigned.
    /// </summary>
    public IReadOnlyList<ScriptResult> Scripts { get; init; } = [];

    /// <summary>
    /// Changes of records that belong to the same transaction, such as an address that the machine gets. If one is refused, the result is
    /// <see cref="SaveResult.RecordRefused"/>.
    /// </summary>
    public IReadOnlyList<RecordChange> Records { get; init; } = [];

    /// <summary>
    /// The queued power action whose outcome this change records, and which it removes from the queue. If that action was withdrawn, or
    /// claimed again since, the result is <see cref="SaveResult.Superseded"/>. <see langword="null"/> for none.
    /// </summary>
    public PowerClaim? CompletedPowerAction { get; init; }

    /// <summary>
    /// If the store has so many New machines already, the result is <see cref="SaveResult.Full"/>; <see langword="null"/> for no limit.
    /// </summary>
    public int? MostNew { get; init; }
}

/// <summary>A machine to delete.</summary>
/// <param name="Id">Which machine.</param>
/// <param name="Version">The version that the store must have.</param>
/// <param name="Note">The event to write.</param>
/// <param name="At">The time of the deletion.</param>
public sealed record MachineDeletion(SystemId Id, long Version, EventNote Note, DateTimeOffset At)
{
    /// <summary>
    /// Changes of records that belong to the same transaction: deletions of what the machine owns. If one is refused, nothing is changed.
    /// </summary>
    public IReadOnlyList<RecordChange> Records { get; init; } = [];
}

/// <summary>The result of saving changes of machines. Unless it is <see cref="Saved"/>, nothing was changed.</summary>
public abstract record SaveResult
{
    private SaveResult() { }

    /// <summary>The changes are durable.</summary>
    /// <param name="Machines">The machines as saved, with their new versions, in the order of the changes.</param>
    public sealed record Saved(IReadOnlyList<Machine> Machines) : SaveResult;

    /// <summary>The store has another version of a machine than the change expects: read it, decide again.</summary>
    /// <param name="Id">Which machine.</param>
    public sealed record Conflict(SystemId Id) : SaveResult;

    /// <summary>Another machine has a value that must be unique.</summary>
    /// <param name="Field">The field, by the API's name: <c>system_id</c>, <c>hostname</c> or <c>mac_addresses</c>.</param>
    /// <param name="Value">The value.</param>
    public sealed record Taken(string Field, string Value) : SaveResult;

    /// <summary>A change of <see cref="MachineChange.Records"/> was refused.</summary>
    /// <param name="Result">Why.</param>
    public sealed record RecordRefused(RecordResult Result) : SaveResult;

    /// <summary>There are as many New machines as <see cref="MachineChange.MostNew"/> allows.</summary>
    public sealed record Full : SaveResult;

    /// <summary>
    /// The power action of <see cref="MachineChange.CompletedPowerAction"/> was withdrawn, is gone, or was claimed again since. If the
    /// change is the only one, an action that was withdrawn under this claim is removed from the queue.
    /// </summary>
    public sealed record Superseded : SaveResult;
}
