using System.Diagnostics;
using Maas.Core.Events;

namespace Maas.Core.Records;

/// <summary>
/// The records of one table with the rules for changing them. A change is checked on the version that it is saved over, and again after a
/// conflict; an audit event names the actor.
/// </summary>
/// <typeparam name="T">The type of the records.</typeparam>
public sealed class RecordSet<T>
    where T : StoredRecord
{
    private readonly IRecordStore _store;
    private readonly RecordRules<T> _rules;
    private readonly TimeProvider _timeProvider;

    internal RecordSet(IRecordStore store, RecordTable<T> table, RecordRules<T> rules, TimeProvider timeProvider)
    {
        _store = store;
        Table = table;
        _rules = rules;
        _timeProvider = timeProvider;
    }

    /// <summary>The table.</summary>
    internal RecordTable<T> Table { get; }

    /// <summary>All records by id.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<T>> ListAsync(CancellationToken cancellationToken = default) =>
        ListAsync(new RecordQuery<T>(Table), cancellationToken);

    /// <summary>The records that match a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<IReadOnlyList<T>> ListAsync(RecordQuery<T> query, CancellationToken cancellationToken)
    {
        var found = await _store.ListAsync(query, cancellationToken).ConfigureAwait(false);
        return _rules.Secrets is { } secrets ? [.. found.Select(secrets.Open)] : found;
    }

    /// <summary>The record, or <see langword="null"/>.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T?> GetAsync(long id, CancellationToken cancellationToken = default) =>
        await _store.GetAsync(Table, id, cancellationToken).ConfigureAwait(false) is { } record ? Open(record) : null;

    /// <summary>The record whose unique column has this value, or <see langword="null"/>.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<T?> FindAsync(string column, object value, CancellationToken cancellationToken)
    {
        var found = await ListAsync(
            new RecordQuery<T>(Table) { Where = [RecordCondition.Is(column, value)], Limit = 1 }, cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>Creates a record.</summary>
    /// <param name="record">The record; its id and version are assigned.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordEdit<T>> CreateAsync(T record, string? actor, CancellationToken cancellationToken = default)
    {
        var id = _rules.NeedsId ? await _store.ReserveIdsAsync(Table, 1, cancellationToken).ConfigureAwait(false) : 0;
        return await SaveAsync(_ => Task.FromResult<T?>(null), _ => record with { Id = id, Version = 0 }, actor, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Changes a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="edit">A pure function of the record that it is given; it may be called more than once.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<T>> UpdateAsync(long id, Func<T, T> edit, string? actor, CancellationToken cancellationToken = default) =>
        SaveAsync(token => GetAsync(id, token), before => before is null ? null : edit(before) with { Id = id }, actor, cancellationToken);

    /// <summary>Deletes a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="force">Whether to delete it although a rule that allows this refuses.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordEdit<T>> DeleteAsync(long id, string? actor, bool force = false, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var context = await _rules.Load(cancellationToken).ConfigureAwait(false);
            if (await GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } record) return new RecordEdit<T>.NotFound();
            if (await context.CheckDeletion(record, cancellationToken).ConfigureAwait(false) is { } refused && !(force && refused.MayForce))
                return new RecordEdit<T>.InUse(refused.Reason) { MayForce = refused.MayForce };
            RecordChange[] changes =
            [
                .. await context.WithDeletion(record, cancellationToken).ConfigureAwait(false),
                new RecordChange.Delete(Table, id, record.Version),
            ];
            switch (await CommitAsync(context, changes, "deleted", record, actor, cancellationToken).ConfigureAwait(false))
            {
                case RecordResult.Saved:
                    return new RecordEdit<T>.Done(record);
                case RecordResult.Referenced referenced:
                    return new RecordEdit<T>.InUse($"It is used by {referenced.By} {referenced.ById}.");
                case RecordResult.Conflict or RecordResult.EpochPassed:
                    continue;
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    private async Task<RecordEdit<T>> SaveAsync(
        Func<CancellationToken, Task<T?>> load, Func<T?, T?> edit, string? actor, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var context = await _rules.Load(cancellationToken).ConfigureAwait(false);
            var before = await load(cancellationToken).ConfigureAwait(false);
            if (edit(before) is not { } wanted) return new RecordEdit<T>.NotFound();
            var record = wanted with { Version = before?.Version ?? 0 };
            if (record == before) return new RecordEdit<T>.Done(record);
            if (await context.Check(record, before, cancellationToken).ConfigureAwait(false) is var (field, reason))
                return new RecordEdit<T>.Refused(field, reason);
            var stored = _rules.Secrets is { } secrets ? secrets.Close(record) : record;
            RecordChange change = before is null ? new RecordChange.Insert(Table, stored) : new RecordChange.Update(Table, stored);
            RecordChange[] changes = [change, .. context.With(record, before)];
            switch (await CommitAsync(context, changes, before is null ? "created" : "changed", record, actor, cancellationToken)
                .ConfigureAwait(false))
            {
                case RecordResult.Saved saved:
                    return new RecordEdit<T>.Done(Open((T)saved.Records[0]!)); // an insertion and an update have one
                case RecordResult.Duplicate duplicate:
                    return new RecordEdit<T>.Refused(duplicate.Key.Field, _rules.AlreadyExists(duplicate.Key.Field));
                case RecordResult.Dangling dangling:
                    return new RecordEdit<T>.Refused(
                        dangling.Column.Name, "Select a valid choice. That choice is not one of the available choices.");
                case RecordResult.Conflict or RecordResult.EpochPassed:
                    continue;
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    private T Open(T record) => _rules.Secrets is { } secrets ? secrets.Open(record) : record;

    private async Task<RecordResult> CommitAsync(
        RecordContext<T> context, RecordChange[] changes, string verb, T record, string? actor, CancellationToken cancellationToken)
    {
        var batch = new RecordBatch
        {
            At = _timeProvider.GetUtcNow(),
            Changes = changes,
            ExpectedEpoch = context.Epoch,
            Events = [new EventNote(EventLevel.Audit, _rules.Noun, $"{_rules.Noun} '{_rules.NameOf(record)}' was {verb}.", actor)],
        };
        var result = await _store.SaveAsync(batch, cancellationToken).ConfigureAwait(false);
        if (result is RecordResult.Saved) _rules.Saved();
        return result;
    }
}

/// <summary>The rules of a table.</summary>
/// <typeparam name="T">The type of the records.</typeparam>
internal sealed record RecordRules<T>
    where T : StoredRecord
{
    private static readonly Task<RecordContext<T>> NoRules = Task.FromResult(new RecordContext<T>());

    /// <summary>MAAS's word for the record, such as <c>Zone</c>.</summary>
    public required string Noun { get; init; }

    /// <summary>The record's name, for events.</summary>
    public required Func<T, string> NameOf { get; init; }

    /// <summary>Loads what the rules depend on. Called before the record is read, and again after a conflict.</summary>
    public Func<CancellationToken, Task<RecordContext<T>>> Load { get; init; } = _ => NoRules;

    /// <summary>Called after a change was saved.</summary>
    public Action Saved { get; init; } = () => { };

    /// <summary>Whether a new record's id is needed before it is saved.</summary>
    public bool NeedsId { get; init; }

    /// <summary>How secrets of a record are stored; <see langword="null"/> when it has none.</summary>
    public RecordSecrets<T>? Secrets { get; init; }

    /// <summary>MAAS's message for a value that must be unique.</summary>
    public Func<string, string> AlreadyExists { get; init; } = field => $"This {field} is taken already.";
}

/// <summary>Encrypts secrets of records before they reach the store.</summary>
/// <typeparam name="T">The type of the records.</typeparam>
/// <param name="Close">The record as it is stored.</param>
/// <param name="Open">The record of a stored one.</param>
internal sealed record RecordSecrets<T>(Func<T, T> Close, Func<T, T> Open)
    where T : StoredRecord;

/// <summary>The rules of a table with what they depend on.</summary>
/// <typeparam name="T">The type of the records.</typeparam>
internal sealed record RecordContext<T>
    where T : StoredRecord
{
    /// <summary>The epoch that the rules depend on; <see langword="null"/> for none.</summary>
    public long? Epoch { get; init; }

    /// <summary>
    /// Checks a record that is to be saved over another, or over nothing: the field at fault, by the API's name, and why.
    /// </summary>
    public Func<T, T?, CancellationToken, ValueTask<(string Field, string Reason)?>> Check { get; init; } = (_, _, _) => default;

    /// <summary>Why a record cannot be deleted; <see langword="null"/> when it can.</summary>
    public Func<T, CancellationToken, ValueTask<DeletionRefusal?>> CheckDeletion { get; init; } = (_, _) => default;

    /// <summary>
    /// What changes together with a record that is saved over another, or over nothing; after it, in the same transaction.
    /// </summary>
    public Func<T, T?, IReadOnlyList<RecordChange>> With { get; init; } = (_, _) => [];

    /// <summary>What changes together with a record that is deleted; before it, in the same transaction.</summary>
    public Func<T, CancellationToken, ValueTask<IReadOnlyList<RecordChange>>> WithDeletion { get; init; } =
        (_, _) => new((IReadOnlyList<RecordChange>)[]);
}

/// <summary>Why a record cannot be deleted.</summary>
/// <param name="Reason">In MAAS's words.</param>
/// <param name="MayForce">Whether <c>force</c> overrides it.</param>
internal sealed record DeletionRefusal(string Reason, bool MayForce = false);

/// <summary>The result of changing a record.</summary>
/// <typeparam name="T">The type of the record.</typeparam>
public abstract record RecordEdit<T>
    where T : StoredRecord
{
    private RecordEdit() { }

    /// <summary>The change is durable.</summary>
    /// <param name="Record">The record as saved; a deleted one as it was.</param>
    public sealed record Done(T Record) : RecordEdit<T>;

    /// <summary>A rule refuses the change; nothing was changed.</summary>
    /// <param name="Field">The field at fault, by the API's name.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Field, string Reason) : RecordEdit<T>;

    /// <summary>The record cannot be deleted; nothing was changed.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record InUse(string Reason) : RecordEdit<T>
    {
        /// <summary>Whether <c>force</c> deletes it nevertheless. Default <see langword="false"/>.</summary>
        public bool MayForce { get; init; }
    }

    /// <summary>The record does not exist.</summary>
    public sealed record NotFound : RecordEdit<T>;
}
