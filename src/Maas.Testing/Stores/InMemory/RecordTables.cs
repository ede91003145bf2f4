using System.Collections.Immutable;
using Maas.Core.Records;

namespace Maas.Testing.Stores.InMemory;

/// <summary>
/// All records of all tables, as one immutable value. What it stores is the document, so that a record is what a reader of it gets.
/// </summary>
internal sealed record RecordTables
{
    private ImmutableList<RecordTable> Tables { get; init; } = [];

    private ImmutableDictionary<string, Rows> Content { get; init; } = ImmutableDictionary<string, Rows>.Empty;

    /// <summary>Raised by changes of tables that say so.</summary>
    public long Epoch { get; private init; }

    public RecordTables Prepare(IReadOnlyList<RecordTable> tables) => this with { Tables = [.. tables] };

    public StoredRecord? Find(RecordTable table, long id) => RowsOf(table).ById.GetValueOrDefault(id)?.Read(table, id);

    public IEnumerable<T> All<T>(RecordTable<T> table)
        where T : StoredRecord => RowsOf(table).ById.Select(row => (T)row.Value.Read(table, row.Key));

    public IEnumerable<StoredRecord> All(RecordTable table) => RowsOf(table).ById.Select(row => row.Value.Read(table, row.Key));

    public RecordTables Reserve(RecordTable table, int count, out long first)
    {
        var rows = RowsOf(table);
        first = rows.Last + 1;
        return With(table, rows with { Last = rows.Last + count });
    }

    /// <summary>Applies changes in order.</summary>
    /// <returns>Why one was refused; <see langword="null"/> when all were applied.</returns>
    public RecordResult? Apply(IReadOnlyList<RecordChange> changes, out RecordTables next, out StoredRecord?[] saved)
    {
        (next, saved) = (this, new StoredRecord?[changes.Count]);
        for (var at = 0; at < saved.Length; at++)
            if (next.Apply(changes[at], out next, out saved[at]) is { } refusal) return refusal;
        if (changes.Any(change => change is not RecordChange.Require && change.Table.RaisesEpoch))
            next = next with { Epoch = next.Epoch + 1 };
        return null;
    }

    private RecordResult? Apply(RecordChange change, out RecordTables next, out StoredRecord? saved)
    {
        (next, saved) = (this, null);
        switch (change)
        {
            case RecordChange.Insert { Table: var table, Record: var record }:
                if (record.Id != 0 && Find(table, record.Id) is not null) return new RecordResult.Conflict(table, record.Id);
                if (Check(table, record) is { } notInserted) return notInserted;
                var rows = RowsOf(table);
                saved = table.With(record, record.Id == 0 ? rows.Last + 1 : record.Id, 1);
                next = Set(table, saved);
                return null;
            case RecordChange.Update { Table: var table, Record: var record }:
                if (Find(table, record.Id)?.Version != record.Version) return new RecordResult.Conflict(table, record.Id);
                if (Check(table, record) is { } notUpdated) return notUpdated;
                saved = table.With(record, record.Id, record.Version + 1);
                next = Set(table, saved);
                return null;
            case RecordChange.Delete delete:
                return Find(delete.Table, delete.Id)?.Version != delete.Version
                    ? new RecordResult.Conflict(delete.Table, delete.Id)
                    : Delete(delete.Table, delete.Id, out next);
            case RecordChange.Require require:
                return Find(require.Table, require.Id)?.Version == require.Version
                    ? null
                    : new RecordResult.Conflict(require.Table, require.Id);
            default:
                throw new InvalidOperationException($"{change} is no change of a record.");
        }
    }

    private RecordResult? Check(RecordTable table, StoredRecord record)
    {
        foreach (var column in table.Columns.Where(column => column.Target is not null))
        {
            if (column.ValueOf(record) is long id && Find(column.Target!, id) is null) // a column with a target
                return new RecordResult.Dangling(table, column, id);
        }

        foreach (var key in table.Keys)
        {
            var columns = key.Columns.Select(name => table.Columns.First(column => column.Name == name)).ToList();
            if (columns.Exists(column => column.ValueOf(record) is null)) continue;
            foreach (var (id, row) in RowsOf(table).ById)
            {
                var other = row.Read(table, id);
                if (id != record.Id
                    && columns.TrueForAll(column => RecordMatch.Compare(column.ValueOf(other), column.ValueOf(record)) == 0))
                    return new RecordResult.Duplicate(table, key, id);
            }
        }

        return null;
    }

    private RecordResult? Delete(RecordTable table, long id, out RecordTables next)
    {
        next = this;
        foreach (var by in Tables)
        {
            foreach (var column in by.Columns.Where(column => column.Target == table))
            {
                var referring = next.RowsOf(by).ById
                    .Where(row => column.ValueOf(row.Value.Read(by, row.Key)) is long target && target == id)
                    .Select(row => row.Key).Order().ToList();
                if (!column.Cascades && referring.Count > 0) return new RecordResult.Referenced(table, id, by, referring[0]);
                foreach (var each in referring)
                    if (next.Delete(by, each, out next) is { } refused) return refused;
            }
        }

        var rows = next.RowsOf(table);
        next = next.With(table, rows with { ById = rows.ById.Remove(id) });
        return null;
    }

    private RecordTables Set(RecordTable table, StoredRecord record)
    {
        var rows = RowsOf(table);
        return With(table, rows with
        {
            ById = rows.ById.SetItem(record.Id, new Row(record.Version, table.Write(record))),
            Last = Math.Max(rows.Last, record.Id),
        });
    }

    private Rows RowsOf(RecordTable table) => Content.GetValueOrDefault(table.Name) ?? new Rows();

    private RecordTables With(RecordTable table, Rows rows) => this with { Content = Content.SetItem(table.Name, rows) };

    private sealed record Rows
    {
        public ImmutableSortedDictionary<long, Row> ById { get; init; } = ImmutableSortedDictionary<long, Row>.Empty;

        public long Last { get; init; }
    }

    private sealed class Row(long version, string document)
    {
        private StoredRecord? _read;

        // Records do not change: one that was read is read again by every query that looks at it.
        public StoredRecord Read(RecordTable table, long id) => _read ??= table.Read(document, id, version);
    }
}
