using Maas.Sql;

namespace Maas.Sqlite;

/// <summary>The tables of a store's file, as backups have them.</summary>
internal static class SqliteTables
{
    /// <summary>What a backup has in its first line instead.</summary>
    private static readonly string[] Described = ["record_tables", "record_epoch"];

    public static IReadOnlyList<ArchiveTable> List(SqlSession session)
    {
        var names = session.Query(
            @"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'", row => row.GetString(0));
        var records = (names.Contains("record_tables") ? session.Query("SELECT name FROM record_tables", row => row.GetString(0)) : [])
            .ToHashSet(StringComparer.Ordinal);
        List<ArchiveTable> tables = [];
        List<(string, string)> references = [];
        foreach (var name in names.Except(Described, StringComparer.Ordinal))
        {
            // A table that had rows once, and was made again, may have the number 0.
            var sequence = session.ExecuteScalar<long>("SELECT seq FROM sqlite_sequence WHERE name = @name", ("@name", name));
            long? last = sequence > 0 ? sequence : null;
            tables.Add(records.Contains(name) ? ArchiveTable.OfRecords(name, last) : Read(session, name, last));
            if (!records.Contains(name))
                references.AddRange(session.Query(
                    "SELECT \"table\" FROM pragma_foreign_key_list(@name)", row => (name, row.GetString(0)), ("@name", name)));
        }

        return ArchiveTable.InOrder(tables, references);
    }

    private static ArchiveTable Read(SqlSession session, string name, long? last)
    {
        var columns = session.Query(
            "SELECT name, type, pk FROM pragma_table_info(@name)",
            row => (Name: row.GetString(0), Type: row.GetString(1), Key: row.GetInt64(2)), ("@name", name));
        return new ArchiveTable(
            name, false,
            [
                .. columns.OrderBy(column => column.Name, StringComparer.Ordinal)
                    .Select(column => new ArchiveColumn(column.Name, TypeOf(name, column.Type), $"\"{column.Name}\"")),
            ],
            [.. columns.Where(column => column.Key > 0).OrderBy(column => column.Key).Select(column => column.Name)], last);
    }

    private static ArchiveType TypeOf(string table, string type) => type switch
    {
        "INTEGER" => ArchiveType.Number,
        "TEXT" => ArchiveType.Text,
        "BLOB" => ArchiveType.Bytes,
        _ => throw new NotSupportedException($"A column of {table} has the type {type}, which backups do not have."),
    };
}
