using Maas.Core.Events;
using Maas.Core.Scripts;

namespace Maas.Core.Nodes;

/// <summary>Where machines and tags are kept.</summary>
internal interface IMachineStore
{
    Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken);

    Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken);

    /// <summary>In the order of creation.</summary>
    Task<IReadOnlyList<Machine>> ListAsync(MachineFilter filter, CancellationToken cancellationToken);

    Task<IReadOnlyList<SystemId>> ListOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>New machines that made themselves known before a time, and whose addresses were not seen on the wire since.</summary>
    Task<IReadOnlyList<SystemId>> ListSilentAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>All of the change or none of it.</summary>
    Task<SaveResult> SaveAsync(MachineChange change, CancellationToken cancellationToken);

    /// <summary>Deletes the machine if the store has this version of it.</summary>
    Task<bool> DeleteAsync(SystemId id, long version, EventNote note, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Why the machine's power action that is to be tried again failed; <see langword="null"/> when none did.</summary>
    Task<string?> GetPowerFailureAsync(SystemId id, CancellationToken cancellationToken);

    Task<byte[]?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken);

    Task<IReadOnlyList<Tag>> ListTagsAsync(CancellationToken cancellationToken);

    Task SaveTagAsync(Tag tag, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a tag another name, on all machines too, in one transaction. <see langword="false"/> when there is no such tag, or one of
    /// the new name.
    /// </summary>
    Task<bool> RenameTagAsync(string name, Tag renamed, DateTimeOffset at, CancellationToken cancellationToken);

    Task<bool> DeleteTagAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A machine to save, with all that belongs in the same transaction.</summary>
internal sealed record MachineChange
{
    /// <summary>As it will be; its <see cref="Machine.Version"/> is the one that is expected in the store, 0 for a new machine.</summary>
    public required Machine Machine { get; init; }

    public required DateTimeOffset At { get; init; }

    public IReadOnlyList<EventNote> Events { get; init; } = [];

    public IReadOnlyList<MachineEffect> Effects { get; init; } = [];

    /// <summary>Results to be, for scripts that the effects schedule.</summary>
    public IReadOnlyList<ScriptResult> Scripts { get; init; } = [];

    /// <summary>The queued power action that this change records the outcome of; if it is gone, so is the reason for the change.</summary>
    public long? CompletedPowerAction { get; init; }

    /// <summary>With so many New machines already, nothing is saved; <see langword="null"/> for no limit.</summary>
    public int? MostNew { get; init; }
}

/// <summary>What became of a save.</summary>
internal abstract record SaveResult
{
    private SaveResult() { }

    /// <summary>It is on disk, with a new version.</summary>
    public sealed record Saved(Machine Machine) : SaveResult;

    /// <summary>The store has another version: load, and decide again.</summary>
    public sealed record Conflict : SaveResult;

    /// <summary>Another machine has this value already.</summary>
    public sealed record Taken(string Field, string Value) : SaveResult;

    /// <summary>There are as many New machines as may be.</summary>
    public sealed record Full : SaveResult;

    /// <summary>The power action whose outcome this was is not wanted any more.</summary>
    public sealed record Superseded : SaveResult;
}
