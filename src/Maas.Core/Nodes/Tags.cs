using System.Diagnostics;
using Maas.Core.Events;
using Maas.Core.Inventory;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>
/// The tags, and which machine has which. A change of a tag and of the machines that it concerns is one transaction. A new definition is
/// evaluated on all machines in the background (<see cref="TagEvaluationWorker"/>); a machine's new inventory is evaluated with all
/// definitions in the transaction that saves it.
/// </summary>
public sealed class Tags
{
    private const int LongestComment = 4096;
    private const int LongestKernelOptions = 512;
    private const string Noun = "Tag";

    private readonly IMachineStore _machines;
    private readonly IRecordStore _records;
    private readonly OtherNodeTags _others;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _timeProvider;

    internal Tags(IMachineStore machines, IRecordStore records, DeviceStore devices, WorkSignal signal, TimeProvider timeProvider)
    {
        _machines = machines;
        _records = records;
        _others = new OtherNodeTags(records, devices);
        _signal = signal;
        _timeProvider = timeProvider;
    }

    /// <summary>All tags by name.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Tag>> ListAsync(CancellationToken cancellationToken = default) => ListAsync(_records, cancellationToken);

    /// <summary>The tag, or <see langword="null"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Tag?> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        var found = await _records.ListAsync(Named([name]), cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>Creates a tag.</summary>
    /// <param name="tag">The tag; its id and version are assigned.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordEdit<Tag>> CreateAsync(Tag tag, string? actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (Check(tag) is { } refused) return refused;
        // The evaluation that the same transaction stores refers to the id.
        var id = tag.IsDefined ? await _records.ReserveIdsAsync(TagTables.Tags, 1, cancellationToken).ConfigureAwait(false) : 0;
        List<RecordChange> changes = [new RecordChange.Insert(TagTables.Tags, tag with { Id = id, Version = 0 })];
        if (tag.IsDefined) changes.Add(new RecordChange.Insert(TagTables.Evaluations, new TagEvaluation { Tag = id }));
        return await SaveAsync(changes, $"Tag '{tag.Name}' created.", actor, cancellationToken).ConfigureAwait(false) switch
        {
            RecordResult.Saved saved => Done((Tag)saved.Records[0]!, tag.IsDefined), // an insertion has a record
            RecordResult.Duplicate => NameTaken,
            var result => throw new UnreachableException(result.ToString()),
        };
    }

    /// <summary>
    /// Changes a tag; with another name it is renamed on its nodes too. With another definition it is evaluated on all machines, in the
    /// background; without one it stays on the machines that have it.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="edit">A pure function of the tag that it is given; it may be called more than once.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordEdit<Tag>> UpdateAsync(
        string name, Func<Tag, Tag> edit, string? actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } before) return new RecordEdit<Tag>.NotFound();
            var tag = edit(before) with { Id = before.Id, Version = before.Version };
            if (tag == before) return new RecordEdit<Tag>.Done(before);
            if (Check(tag) is { } refused) return refused;
            List<RecordChange> changes = [new RecordChange.Update(TagTables.Tags, tag)];
            var isRedefined = tag.Definition != before.Definition;
            if (isRedefined)
                changes.AddRange(await RestartAsync(tag, cancellationToken).ConfigureAwait(false));
            var isRenamed = tag.Name != before.Name;
            if (isRenamed)
                changes.AddRange(await _others.ReplaceAsync(before.Name, tag.Name, cancellationToken).ConfigureAwait(false));
            var batch = Batch(changes, isRenamed ? $"Tag '{before.Name}' renamed to '{tag.Name}'." : $"Tag '{tag.Name}' updated.", actor);
            var result = isRenamed
                ? await _machines.ReplaceTagAsync(before.Name, tag.Name, batch, cancellationToken).ConfigureAwait(false)
                : await _records.SaveAsync(batch, cancellationToken).ConfigureAwait(false);
            switch (result)
            {
                case RecordResult.Saved saved:
                    _others.Raise();
                    return Done((Tag)saved.Records[0]!, isRedefined && tag.IsDefined); // an update has a record
                case RecordResult.Duplicate { Key.Field: "name" }:
                    return NameTaken;
                case RecordResult.Conflict or RecordResult.Duplicate or RecordResult.Dangling:
                    continue; // the tag or its evaluation has changed
                default:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    /// <summary>Deletes a tag, and takes it off all nodes, in one transaction.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordEdit<Tag>> DeleteAsync(string name, string? actor, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } tag) return new RecordEdit<Tag>.NotFound();
            var others = await _others.ReplaceAsync(name, null, cancellationToken).ConfigureAwait(false);
            var batch = Batch([.. others, new RecordChange.Delete(TagTables.Tags, tag.Id, tag.Version)], $"Tag '{name}' deleted.", actor);
            switch (await _machines.ReplaceTagAsync(name, null, batch, cancellationToken).ConfigureAwait(false))
            {
                case RecordResult.Saved:
                    _others.Raise();
                    return new RecordEdit<Tag>.Done(tag);
                case RecordResult.Conflict:
                    continue;
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    /// <summary>Evaluates a tag's definition on all machines again, in the background.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The tag; one without a definition has nothing to evaluate, and is unchanged.</returns>
    public async Task<RecordEdit<Tag>> RebuildAsync(string name, string? actor, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } tag) return new RecordEdit<Tag>.NotFound();
            if (!tag.IsDefined) return new RecordEdit<Tag>.Done(tag);
            List<RecordChange> changes =
            [
                new RecordChange.Require(TagTables.Tags, tag.Id, tag.Version),
                .. await RestartAsync(tag, cancellationToken).ConfigureAwait(false),
            ];
            if (await SaveAsync(changes, $"Tag '{name}' is evaluated again.", actor, cancellationToken).ConfigureAwait(false)
                is RecordResult.Saved) return Done(tag, isToEvaluate: true);
        }
    }

    /// <summary>How far the evaluation of a tag's definition has come; <see langword="null"/> when none is running.</summary>
    /// <param name="name">The tag's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TagProgress?> GetProgressAsync(string name, CancellationToken cancellationToken = default)
    {
        if (await GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } tag
            || await FindEvaluationAsync(tag.Id, cancellationToken).ConfigureAwait(false) is not { } evaluation) return null;
        var counts = await _machines.CountAsync(cancellationToken).ConfigureAwait(false);
        return new TagProgress(evaluation.Evaluated, counts.Values.Sum(), evaluation.Matching);
    }

    /// <summary>
    /// Puts a tag on nodes and takes it off others, in one transaction. Unknown nodes are passed over; a node that is in both lists loses
    /// the tag. A tag with a definition may be changed like this too, until the definition is evaluated again.
    /// </summary>
    /// <param name="name">The tag's name.</param>
    /// <param name="add">Nodes that get it.</param>
    /// <param name="remove">Nodes that lose it.</param>
    /// <param name="definition">
    /// The definition that the caller believes the tag to have; <see langword="null"/> when the caller does not care.
    /// </param>
    /// <param name="actor">User name, for the audit events of the machines; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TagUpdateResult> UpdateMachinesAsync(
        string name, IReadOnlyCollection<SystemId> add, IReadOnlyCollection<SystemId> remove, string? definition, string? actor,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(remove);
        HashSet<SystemId> added = [.. add], removed = [.. remove];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } tag) return new TagUpdateResult.NotFound();
            if (definition is not null && definition != tag.Definition) return new TagUpdateResult.DefinitionDiffers(tag.Definition);
            SystemId[] ids = [.. added.Union(removed)];
            var machines = ids.Length == 0 ? []
                : await _machines.ListAsync(new MachineFilter { Ids = ids }, cancellationToken).ConfigureAwait(false);
            var changes = new List<MachineChange>();
            foreach (var machine in machines)
            {
                var wants = !removed.Contains(machine.Id);
                if (wants == machine.Tags.Contains(name)) continue;
                if (wants && machine.Tags.Count >= NodeRules.MostTags)
                    return new TagUpdateResult.Refused($"{machine.Hostname} has {NodeRules.MostTags} tags already.");
                changes.Add(Change(machine, tag.Name, wants, actor));
            }

            var others = await _others.UpdateAsync(name, added, removed, cancellationToken).ConfigureAwait(false);
            if (others.Full is { } full) return new TagUpdateResult.Refused($"{full} has {NodeRules.MostTags} tags already.");
            var done = new TagUpdateResult.Done(
                machines.Count(machine => added.Contains(machine.Id)) + others.Added,
                machines.Count(machine => removed.Contains(machine.Id)) + others.Removed);
            if (changes.Count == 0 && others.Changes.Count == 0) return done;
            RecordChange[] records = [new RecordChange.Require(TagTables.Tags, tag.Id, tag.Version), .. others.Changes];
            if (changes.Count == 0)
            {
                var result = await SaveAsync(records, $"The tag '{name}' was changed on devices or controllers.", actor, cancellationToken)
                    .ConfigureAwait(false);
                if (result is not RecordResult.Saved) continue;
                _others.Raise();
                return done;
            }

            changes[0] = changes[0] with { Records = records };
            switch (await _machines.SaveAsync(changes, cancellationToken).ConfigureAwait(false))
            {
                case SaveResult.Saved:
                    _others.Raise();
                    return done;
                case SaveResult.Conflict or SaveResult.RecordRefused:
                    continue;
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    /// <summary>The kernel options of a machine's tags, in the order of the tags' names; empty for none.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<string>> GetKernelOptionsAsync(Machine machine, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (machine.Tags.Count == 0) return [];
        var tags = await _records.ListAsync(Named([.. machine.Tags]), cancellationToken).ConfigureAwait(false);
        return [.. tags.Where(tag => tag.KernelOptions.Length > 0).Select(tag => tag.KernelOptions)];
    }

    internal static Task<IReadOnlyList<Tag>> ListAsync(IRecordStore records, CancellationToken cancellationToken) =>
        records.ListAsync(new RecordQuery<Tag>(TagTables.Tags) { OrderBy = "name" }, cancellationToken);

    private static RecordQuery<Tag> Named(IReadOnlyList<object> names) =>
        new(TagTables.Tags) { Where = [new RecordCondition.In("name", names)], OrderBy = "name" };

    private MachineChange Change(Machine machine, string tag, bool wants, string? actor) => new()
    {
        Machine = machine with
        {
            Tags = wants ? [.. machine.Tags.Append(tag).Order(StringComparer.Ordinal)] : [.. machine.Tags.Where(each => each != tag)],
        },
        At = _timeProvider.GetUtcNow(),
        Events = [new EventNote(EventLevel.Audit, Noun, $"The tag '{tag}' was {(wants ? "added" : "removed")}.", actor)],
    };

    private static RecordEdit<Tag>? Check(Tag tag)
    {
        if (!NodeRules.IsTagName(tag.Name)) return new RecordEdit<Tag>.Refused("name", "Invalid tag name.");
        if (tag.Comment.Length > LongestComment)
            return new RecordEdit<Tag>.Refused("comment", FormMessages.TooLong(tag.Comment, LongestComment));
        if (tag.KernelOptions.Length > LongestKernelOptions)
            return new RecordEdit<Tag>.Refused("kernel_opts", FormMessages.TooLong(tag.KernelOptions, LongestKernelOptions));
        if (tag.KernelOptions.Any(letter => letter is < ' ' or > '~'))
            return new RecordEdit<Tag>.Refused("kernel_opts", "Only printable ASCII characters and blanks are allowed.");
        return tag.IsDefined && !InventoryQuery.TryParse(tag.Definition, out _, out var error)
            ? new RecordEdit<Tag>.Refused("definition", $"Invalid xpath expression: {error}")
            : null;
    }

    private static RecordEdit<Tag>.Refused NameTaken => new("name", "Tag with this Name already exists.");

    private RecordEdit<Tag>.Done Done(Tag tag, bool isToEvaluate)
    {
        if (isToEvaluate) _signal.Raise();
        return new RecordEdit<Tag>.Done(tag);
    }

    /// <summary>The changes that make the evaluation of a tag begin anew, or end it when there is no definition.</summary>
    private async Task<IReadOnlyList<RecordChange>> RestartAsync(Tag tag, CancellationToken cancellationToken)
    {
        var running = await FindEvaluationAsync(tag.Id, cancellationToken).ConfigureAwait(false);
        var fresh = new TagEvaluation { Tag = tag.Id };
        return (running, tag.IsDefined) switch
        {
            (null, true) => [new RecordChange.Insert(TagTables.Evaluations, fresh)],
            (null, false) => [],
            (_, true) => [new RecordChange.Update(TagTables.Evaluations, fresh with { Id = running.Id, Version = running.Version })],
            (_, false) => [new RecordChange.Delete(TagTables.Evaluations, running.Id, running.Version)],
        };
    }

    private async Task<TagEvaluation?> FindEvaluationAsync(long tag, CancellationToken cancellationToken)
    {
        var found = await _records.ListAsync(
            new RecordQuery<TagEvaluation>(TagTables.Evaluations) { Where = [RecordCondition.Is("tag", tag)] }, cancellationToken)
            .ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    private Task<RecordResult> SaveAsync(
        IReadOnlyList<RecordChange> changes, string description, string? actor, CancellationToken cancellationToken) =>
        _records.SaveAsync(Batch(changes, description, actor), cancellationToken);

    private RecordBatch Batch(IReadOnlyList<RecordChange> changes, string description, string? actor) => new()
    {
        At = _timeProvider.GetUtcNow(), Changes = changes, Events = [new EventNote(EventLevel.Audit, Noun, description, actor)],
    };
}

/// <summary>How far the evaluation of a tag's definition on all machines has come.</summary>
/// <param name="Evaluated">How many machines were evaluated.</param>
/// <param name="Machines">How many machines there are.</param>
/// <param name="Matching">How many of those that were evaluated match.</param>
public sealed record TagProgress(int Evaluated, int Machines, int Matching);

/// <summary>The result of putting a tag on machines and taking it off others.</summary>
public abstract record TagUpdateResult
{
    private TagUpdateResult() { }

    /// <summary>The nodes have the tag, or do not have it, as asked.</summary>
    /// <param name="Added">How many nodes of the first list exist.</param>
    /// <param name="Removed">How many nodes of the second list exist.</param>
    public sealed record Done(int Added, int Removed) : TagUpdateResult;

    /// <summary>The tag has another definition than the caller believes; nothing was changed.</summary>
    /// <param name="Definition">The definition that it has.</param>
    public sealed record DefinitionDiffers(string Definition) : TagUpdateResult;

    /// <summary>A machine cannot get the tag; nothing was changed.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Reason) : TagUpdateResult;

    /// <summary>The tag does not exist.</summary>
    public sealed record NotFound : TagUpdateResult;
}
