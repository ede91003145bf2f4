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
        _store.ListAsync(new RecordQuery<T>(Table), cancellationToken);

    /// <summary>The records that match a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task<IReadOnlyList<T>> ListAsync(RecordQuery<T> query, CancellationToken cancellationToken) =>
        _store.ListAsync(query, cancellationToken);

    /// <summary>The record, or <see langword="null"/>.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<T?> GetAsync(long id, CancellationToken cancellationToken = default) => _store.GetAsync(Table, id, cancellationToken);

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
    public Task<RecordEdit<T>> CreateAsync(T record, string? actor, CancellationToken cancellationToken = default) =>
        SaveAsync(_ => Task.FromResult<T?>(null), _ => record with { Id = 0, Version = 0 }, actor, cancellationToken);

    /// <summary>Changes a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="edit">A pure function of the record that it is given; it may be called more than once.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<T>> UpdateAsync(long id, Func<T, T> edit, string? actor, CancellationToken cancellationToken = default) =>
        SaveAsync(token => GetAsync(id, token), before => before is null ? null : edit(before), actor, cancellationToken);

    /// <summary>Deletes a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordEdit<T>> DeleteAsync(long id, string? actor, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } record) return new RecordEdit<T>.NotFound();
            if (_rules.CheckDeletion is { } check
                && await check(record, cancellationToken).ConfigureAwait(false) is { } refused) return new RecordEdit<T>.InUse(refused);
            switch (await CommitAsync(new RecordChange.Delete(Table, id, record.Version), "deleted", record, actor, cancellationToken)
                .ConfigureAwait(false))
            {
                case RecordResult.Saved:
                    return new RecordEdit<T>.Done(record);
                case RecordResult.Referenced referenced:
                    return new RecordEdit<T>.InUse($"It is used by {referenced.By} {referenced.ById}.");
                case RecordResult.Conflict:
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
            var before = await load(cancellationToken).ConfigureAwait(false);
            if (edit(before) is not { } wanted) return new RecordEdit<T>.NotFound();
            var record = wanted with { Id = before?.Id ?? 0, Version = before?.Version ?? 0 };
            if (record == before) return new RecordEdit<T>.Done(record);
            if (await _rules.Check(record, before, cancellationToken).ConfigureAwait(false) is var (field, reason))
                return new RecordEdit<T>.Refused(field, reason);
            RecordChange change = before is null ? new RecordChange.Insert(Table, record) : new RecordChange.Update(Table, record);
            switch (await CommitAsync(change, before is null ? "created" : "changed", record, actor, cancellationToken)
                .ConfigureAwait(false))
            {
                case RecordResult.Saved saved:
                    return new RecordEdit<T>.Done((T)saved.Records[0]!); // an insertion and an update have one
                case RecordResult.Duplicate duplicate:
                    return new RecordEdit<T>.Refused(duplicate.Key.Field, _rules.AlreadyExists(duplicate.Key.Field));
                case RecordResult.Dangling dangling:
                    return new RecordEdit<T>.Refused(
                        dangling.Column.Name, "Select a valid choice. That choice is not one of the available choices.");
                case RecordResult.Conflict:
                    continue;
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    private Task<RecordResult> CommitAsync(
        RecordChange change, string verb, T record, string? actor, CancellationToken cancellationToken) => _store.SaveAsync(
        new RecordBatch
        {
            At = _timeProvider.GetUtcNow(),
            Changes = [change],
            Events = [new EventNote(EventLevel.Audit, _rules.Noun, $"{_rules.Noun} '{_rules.NameOf(record)}' was {verb}.", actor)],
        },
        cancellationToken);
}

/// <summary>The rules of a table.</summary>
/// <typeparam name="T">The type of the records.</typeparam>
internal sealed record RecordRules<T>
    where T : StoredRecord
{
    /// <summary>MAAS's word for the record, such as <c>Zone</c>.</summary>
    public required string Noun { get; init; }

    /// <summary>The record's name, for events.</summary>
    public required Func<T, string> NameOf { get; init; }

    /// <summary>
    /// Checks a record that is to be saved over another, or over nothing: the field at fault, by the API's name, and why.
    /// </summary>
    public Func<T, T?, CancellationToken, Task<(string Field, string Reason)?>> Check { get; init; } =
        (_, _, _) => Task.FromResult<(string, string)?>(null);

    /// <summary>Why a record cannot be deleted; <see langword="null"/> when it can.</summary>
    public Func<T, CancellationToken, Task<string?>>? CheckDeletion { get; init; }

    /// <summary>MAAS's message for a value that must be unique.</summary>
    public Func<string, string> AlreadyExists { get; init; } = field => $"This {field} is taken already.";
}

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
    public sealed record InUse(string Reason) : RecordEdit<T>;

    /// <summary>The record does not exist.</summary>
    public sealed record NotFound : RecordEdit<T>;
}
