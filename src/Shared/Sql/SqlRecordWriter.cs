using System.Globalization;
using Maas.Core.Records;

namespace Maas.Sql;

/// <summary>Saves batches of records, within the caller's transaction.</summary>
internal static class SqlRecordWriter
{
    /// <exception cref="RolledBackException{T}">The result is not <see cref="RecordResult.Saved"/>.</exception>
    public static RecordResult Save(
        SqlSession session, IReadOnlyList<RecordTable> tables, RecordBatch batch, SqlEventLimit eventLimit)
    {
        if (batch.ExpectedEpoch is { } epoch && session.ExecuteScalar<long>(SqlDialect.ReadEpoch) != epoch)
            throw new RolledBackException<RecordResult>(new RecordResult.EpochPassed());
        if (Apply(session, tables, batch.Changes, out var saved) is { } refusal) throw new RolledBackException<RecordResult>(refusal);
        foreach (var note in batch.Events) SqlEventStore.Insert(session, eventLimit, batch.At, null, "", null, null, note);
        return new RecordResult.Saved(saved);
    }

    /// <summary>Applies changes in order.</summary>
    /// <returns>Why one was refused, after which the caller rolls back; <see langword="null"/> when all were applied.</returns>
    public static RecordResult? Apply(
        SqlSession session, IReadOnlyList<RecordTable> tables, IReadOnlyList<RecordChange> changes, out StoredRecord?[] saved)
    {
        saved = new StoredRecord?[changes.Count];
        for (var at = 0; at < saved.Length; at++)
            if (Apply(session, tables, changes[at], out saved[at]) is { } refusal) return refusal;
        if (changes.Any(change => change is not RecordChange.Require && change.Table.RaisesEpoch))
            session.ExecuteLast(SqlDialect.RaiseEpoch);
        return null;
    }

    /// <summary>The parameters that set a record's columns.</summary>
    public static IEnumerable<(string Name, object? Value)> Values(RecordTable table, StoredRecord record) =>
        table.Columns.Select(column => ("@" + column.Name, column.ValueOf(record)));

    private static RecordResult? Apply(
        SqlSession session, IReadOnlyList<RecordTable> tables, RecordChange change, out StoredRecord? saved)
    {
        saved = null;
        switch (change)
        {
            case RecordChange.Insert insert:
                if (insert.Record.Id != 0 && VersionOf(session, insert.Table, insert.Record.Id) != 0)
                    return new RecordResult.Conflict(insert.Table, insert.Record.Id);
                if (Check(session, insert.Table, insert.Record) is { } notInserted) return notInserted;
                saved = Insert(session, insert.Table, insert.Record);
                return null;
            case RecordChange.Update update:
                if (VersionOf(session, update.Table, update.Record.Id) != update.Record.Version)
                    return new RecordResult.Conflict(update.Table, update.Record.Id);
                if (Check(session, update.Table, update.Record) is { } notUpdated) return notUpdated;
                saved = Update(session, update.Table, update.Record);
                return null;
            case RecordChange.Delete delete:
                if (VersionOf(session, delete.Table, delete.Id) != delete.Version)
                    return new RecordResult.Conflict(delete.Table, delete.Id);
                return Delete(session, tables, delete.Table, delete.Id);
            case RecordChange.Require require:
                return VersionOf(session, require.Table, require.Id) == require.Version
                    ? null
                    : new RecordResult.Conflict(require.Table, require.Id);
            default:
                throw new InvalidOperationException($"{change} is no change of a record.");
        }
    }

    // 0, which no stored record has, for one that does not exist.
    private static long VersionOf(SqlSession session, RecordTable table, long id) =>
        session.ExecuteScalar<long>($"SELECT version FROM \"{table.Name}\" WHERE id = @id", ("@id", id));

    private static RecordResult? Check(SqlSession session, RecordTable table, StoredRecord record)
    {
        foreach (var column in table.Columns.Where(column => column.Target is not null))
        {
            if (column.ValueOf(record) is long id && VersionOf(session, column.Target!, id) == 0)
                return new RecordResult.Dangling(table, column, id);
        }

        foreach (var key in table.Keys)
        {
            var values = key.Columns.Select(name => (Name: name, Value: ValueOf(table, record, name))).ToList();
            if (values.Exists(value => value.Value is null)) continue;
            var condition = string.Join(" AND ", values.Select(value => $"\"{value.Name}\" = @{value.Name}"));
            var holder = session.ExecuteScalar<long>(
                $"SELECT id FROM \"{table.Name}\" WHERE {condition} AND id <> @id",
                [("@id", record.Id), .. values.Select(value => ("@" + value.Name, value.Value))]);
            if (holder != 0) return new RecordResult.Duplicate(table, key, holder);
        }

        return null;
    }

    private static object? ValueOf(RecordTable table, StoredRecord record, string column) =>
        table.Columns.First(each => each.Name == column).ValueOf(record);

    private static StoredRecord Insert(SqlSession session, RecordTable table, StoredRecord record)
    {
        var columns = string.Concat(table.Columns.Select(column => $", \"{column.Name}\""));
        var parameters = string.Concat(table.Columns.Select(column => $", @{column.Name}"));
        var id = session.ExecuteScalar<long>(
            record.Id == 0
                ? $"INSERT INTO \"{table.Name}\" (version, document{columns}) VALUES (1, @document{parameters}) RETURNING id"
                : $"INSERT INTO \"{table.Name}\" (id, version, document{columns}) VALUES (@id, 1, @document{parameters}) RETURNING id",
            record.Id == 0
                ? [("@document", table.Write(record)), .. Values(table, record)]
                : [("@id", record.Id), ("@document", table.Write(record)), .. Values(table, record)]);
        if (record.Id != 0) SqlDialect.SkipIds(session, table, id);
        return table.With(record, id, 1);
    }

    private static StoredRecord Update(SqlSession session, RecordTable table, StoredRecord record)
    {
        var columns = string.Concat(table.Columns.Select(column => $", \"{column.Name}\" = @{column.Name}"));
        var version = record.Version + 1;
        session.Execute(
            $"UPDATE \"{table.Name}\" SET version = @version, document = @document{columns} WHERE id = @id",
            [("@id", record.Id), ("@version", version), ("@document", table.Write(record)), .. Values(table, record)]);
        return table.With(record, record.Id, version);
    }

    // What cascades is deleted here too, and not only by the database: a record that refuses may refer to one that cascades.
    private static RecordResult? Delete(SqlSession session, IReadOnlyList<RecordTable> tables, RecordTable table, long id)
    {
        foreach (var by in tables)
        {
            foreach (var column in by.Columns.Where(column => column.Target == table))
            {
                var referring = session.Query(
                    $"SELECT id FROM \"{by.Name}\" WHERE \"{column.Name}\" = @id ORDER BY id", row => row.GetInt64(0), ("@id", id));
                if (!column.Cascades && referring.Count > 0) return new RecordResult.Referenced(table, id, by, referring[0]);
                foreach (var each in referring)
                    if (Delete(session, tables, by, each) is { } refused) return refused;
            }
        }

        session.Execute(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM \"{table.Name}\" WHERE id = {id}"));
        return null;
    }
}
