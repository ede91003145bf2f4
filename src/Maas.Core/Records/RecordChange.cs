using Maas.Core.Events;

namespace Maas.Core.Records;

/// <summary>One change of one record, within a batch.</summary>
/// <param name="Table">The table.</param>
public abstract record RecordChange(RecordTable Table)
{
    /// <summary>
    /// Inserts a record. With id 0 the store assigns the next one; another id was reserved by <see cref="IRecordStore.ReserveIdsAsync"/>,
    /// or is that of the only record of its table. An id that a record has already is a <see cref="RecordResult.Conflict"/>.
    /// </summary>
    /// <param name="Table">The table.</param>
    /// <param name="Record">The record.</param>
    public sealed record Insert(RecordTable Table, StoredRecord Record) : RecordChange(Table);

    /// <summary>Replaces the record of this id, whose version in the store must be the given record's.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Record">The record as it will be, with the version that is expected.</param>
    public sealed record Update(RecordTable Table, StoredRecord Record) : RecordChange(Table);

    /// <summary>Deletes the record of this id, whose version in the store must be the given one.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Version">The version that is expected.</param>
    public sealed record Delete(RecordTable Table, long Id, long Version) : RecordChange(Table);

    /// <summary>Changes nothing, but requires that the record still has this version: a rule depended on it.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Version">The version that is expected.</param>
    public sealed record Require(RecordTable Table, long Id, long Version) : RecordChange(Table);
}

/// <summary>Changes of records that happen together, in order, with the events that tell of them.</summary>
public sealed record RecordBatch
{
    /// <summary>The time of the changes.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The changes.</summary>
    public required IReadOnlyList<RecordChange> Changes { get; init; }

    /// <summary>Events to write, which belong to no machine.</summary>
    public IReadOnlyList<EventNote> Events { get; init; } = [];

    /// <summary>
    /// The value that <see cref="IRecordStore.GetEpochAsync"/> must have, when rules were evaluated on all tables that raise it; otherwise
    /// the result is <see cref="RecordResult.EpochPassed"/>. <see langword="null"/> for any value.
    /// </summary>
    public long? ExpectedEpoch { get; init; }
}

/// <summary>The result of a batch. Unless it is <see cref="Saved"/>, nothing was changed.</summary>
public abstract record RecordResult
{
    private RecordResult() { }

    /// <summary>The changes are durable.</summary>
    /// <param name="Records">
    /// The records as saved, with ids and versions, in the order of the changes; <see langword="null"/> for a deletion and a requirement.
    /// </param>
    public sealed record Saved(IReadOnlyList<StoredRecord?> Records) : RecordResult;

    /// <summary>A record does not have the expected version, is gone, or is there already: read it, decide again.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Id">Its id.</param>
    public sealed record Conflict(RecordTable Table, long Id) : RecordResult;

    /// <summary>The epoch is not <see cref="RecordBatch.ExpectedEpoch"/>: read the records, decide again.</summary>
    public sealed record EpochPassed : RecordResult;

    /// <summary>Another record has the same key.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Key">The key.</param>
    /// <param name="HolderId">The other record's id.</param>
    public sealed record Duplicate(RecordTable Table, RecordKey Key, long HolderId) : RecordResult;

    /// <summary>A record cannot be deleted because another refers to it.</summary>
    /// <param name="Table">The table of the record.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="By">The table of the other record.</param>
    /// <param name="ById">The other record's id.</param>
    public sealed record Referenced(RecordTable Table, long Id, RecordTable By, long ById) : RecordResult;

    /// <summary>A record refers to one that does not exist.</summary>
    /// <param name="Table">The table of the record.</param>
    /// <param name="Column">The column that refers.</param>
    /// <param name="Id">The id that does not exist.</param>
    public sealed record Dangling(RecordTable Table, RecordColumn Column, long Id) : RecordResult;
}
