using System.Globalization;
using System.Text;
using Maas.Core.Records;

namespace Maas.Sql;

/// <summary>
/// Tables of records: <c>id, version, document</c> and the derived columns. <c>record_tables</c> has the declaration that a table was made
/// by;
/// when it is another now, the table is made anew from the documents.
/// </summary>
internal static class SqlRecordSchema
{
    /// <summary>How many documents are in memory while a table is made anew.</summary>
    private const int Batch = 500;

    public static void Prepare(SqlSession session, IReadOnlyList<RecordTable> tables)
    {
        SqlDialect.BeginPreparation(session);
        foreach (var table in tables)
        {
            var declaration = Declare(table, table.Name);
            var stored = session.ExecuteScalar<string>(
                "SELECT declaration FROM record_tables WHERE name = @name", ("@name", table.Name));
            if (stored == declaration) continue;
            if (stored is null) session.Execute(declaration);
            else Rebuild(session, table);
            session.Execute(
                """
                INSERT INTO record_tables (name, declaration) VALUES (@name, @declaration)
                ON CONFLICT (name) DO UPDATE SET declaration = excluded.declaration
                """,
                ("@name", table.Name), ("@declaration", declaration));
        }
    }

    /// <summary>The statements that make a table and its indexes.</summary>
    private static string Declare(RecordTable table, string name)
    {
        var sql = new StringBuilder().Append(CultureInfo.InvariantCulture, $"CREATE TABLE \"{name}\" (\n")
            .Append(CultureInfo.InvariantCulture, $"    {SqlDialect.IdColumn},\n")
            .Append(CultureInfo.InvariantCulture, $"    version {SqlDialect.TypeOf(RecordColumnKind.Number)} NOT NULL,\n")
            .Append("    document TEXT NOT NULL");
        foreach (var column in table.Columns)
        {
            sql.Append(CultureInfo.InvariantCulture, $",\n    \"{column.Name}\" {SqlDialect.TypeOf(column.Kind)}");
            if (column.Target is { } target) sql.Append(SqlDialect.ReferenceTo(target, column.Cascades));
        }

        sql.Append($"\n){SqlDialect.TableOptions};\n");
        foreach (var (key, number) in table.Keys.Select((key, number) => (key, number)))
        {
            var columns = string.Join(", ", key.Columns.Select(column => $"\"{column}\""));
            sql.Append(CultureInfo.InvariantCulture, $"CREATE UNIQUE INDEX \"{table.Name}_key_{number}\" ON \"{name}\" ({columns});\n");
        }

        foreach (var (index, number) in table.Indexes.Select((index, number) => (index, number)))
        {
            var columns = string.Join(", ", index.Select(column => $"\"{column}\""));
            sql.Append(CultureInfo.InvariantCulture, $"CREATE INDEX \"{table.Name}_together_{number}\" ON \"{name}\" ({columns});\n");
        }

        foreach (var column in table.Columns)
            sql.Append(CultureInfo.InvariantCulture,
                $"CREATE INDEX \"{table.Name}_by_{column.Name}\" ON \"{name}\" {SqlDialect.IndexOf(column.Kind)}(\"{column.Name}\");\n");
        return sql.ToString();
    }

    // Foreign keys of other tables name the table and follow a renaming only in a way that is not wanted here, so the new columns are added
    // to
    // the table itself: without constraints of their own, which the writer checks in any case.
    private static void Rebuild(SqlSession session, RecordTable table)
    {
        var indexes = session.Query(
            SqlDialect.IndexesOfTable,
            row => row.GetString(0),
            ("@table", table.Name));
        foreach (var index in indexes) session.Execute($"DROP INDEX \"{index}\"");
        var present = session.Query(
            SqlDialect.ColumnsOfTable, row => row.GetString(0), ("@table", table.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var column in table.Columns.Where(column => !present.Contains(column.Name)))
            session.Execute($"ALTER TABLE \"{table.Name}\" ADD COLUMN \"{column.Name}\" {SqlDialect.TypeOf(column.Kind)}");
        foreach (var gone in present.Except(table.Columns.Select(column => column.Name).Concat(["id", "version", "document"])))
            session.Execute($"UPDATE \"{table.Name}\" SET \"{gone}\" = NULL");

        var assignments = string.Join(", ", table.Columns.Select(column => $"\"{column.Name}\" = @{column.Name}"));
        if (assignments.Length > 0) Derive(session, table, assignments);
        foreach (var statement in Declare(table, table.Name).Split(";\n", StringSplitOptions.RemoveEmptyEntries).Skip(1))
            session.Execute(statement);
    }

    private static void Derive(SqlSession session, RecordTable table, string assignments)
    {
        List<(long Id, string Document)> documents;
        var after = long.MinValue;
        do
        {
            documents = session.Query(
                $"SELECT id, document FROM \"{table.Name}\" WHERE id > @after ORDER BY id LIMIT @batch",
                row => (row.GetInt64(0), row.GetString(1)), ("@after", after), ("@batch", Batch));
            foreach (var (id, document) in documents)
            {
                session.Execute(
                    $"UPDATE \"{table.Name}\" SET {assignments} WHERE id = @id",
                    [("@id", id), .. SqlRecordWriter.Values(table, table.Read(document, id, 0))]);
                after = id;
            }
        }
        while (documents.Count == Batch);
    }
}
