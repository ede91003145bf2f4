using Maas.Sql;

namespace Maas.Postgres;

/// <summary>The tables of a store's schema, as backups have them.</summary>
internal static class PostgresTables
{
    /// <summary>What belongs to the schema or to connections, or is in the first line of a backup.</summary>
    private static readonly string[] Left = ["schema_version", "commit_marks", "record_tables", "record_epoch"];

    /// <summary>The query for the names of a schema's tables, without those of extensions, which are not the store's.</summary>
    /// <param name="schema">An expression for the schema's name.</param>
    public static string NamesIn(string schema) =>
        $"""
        SELECT relname::text FROM pg_class
        WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {schema}) AND relkind IN ('r', 'p')
            AND {IsOfNoExtension("pg_class")}
        """;

    /// <summary>The condition that a row of a catalog is of no extension.</summary>
    /// <param name="catalog">The catalog.</param>
    public static string IsOfNoExtension(string catalog) =>
        $"NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = '{catalog}'::regclass AND objid = {catalog}.oid AND deptype = 'e')";

    public static IReadOnlyList<ArchiveTable> List(SqlSession session)
    {
        var names = session.Query(NamesIn("current_schema()"), row => row.GetString(0));
        var records = session.Query("SELECT name FROM record_tables", row => row.GetString(0)).ToHashSet(StringComparer.Ordinal);
        var references = session.Query(
            """
            SELECT a.relname::text, b.relname::text
            FROM pg_constraint JOIN pg_class a ON a.oid = conrelid JOIN pg_class b ON b.oid = confrelid
            WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
            """,
            row => (row.GetString(0), row.GetString(1)));
        return ArchiveTable.InOrder(
            names.Except(Left, StringComparer.Ordinal).Select(name =>
                records.Contains(name) ? ArchiveTable.OfRecords(name, LastOf(session, name)) : Read(session, name)),
            references);
    }

    /// <summary>The sequence that assigns the numbers of a table, as an identifier; <see langword="null"/> for none.</summary>
    public static string? SequenceOf(SqlSession session, string table) => session.QuerySingleOrDefault(
        """
        SELECT pg_get_serial_sequence(quote_ident(@table), column_name::text)
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = @table AND is_identity = 'YES'
        """,
        row => row.GetString(0), ("@table", table));

    private static long? LastOf(SqlSession session, string table) => SequenceOf(session, table) is { } sequence
        ? session.Query($"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}", row => row.GetInt64(0)).Single()
            is > 0 and var last ? last : null
        : null;

    private static ArchiveTable Read(SqlSession session, string name)
    {
        var columns = session.Query(
            """
            SELECT column_name::text, data_type::text FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = @name
            """,
            row => (Name: row.GetString(0), Type: row.GetString(1)), ("@name", name));
        var key = session.Query(
            """
            SELECT a.attname::text
            FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = quote_ident(@name)::regclass AND i.indisprimary
            ORDER BY array_position(i.indkey::int2[], a.attnum)
            """,
            row => row.GetString(0), ("@name", name));
        if (key.Count == 0) throw new NotSupportedException($"The table {name} has no primary key, which backups need.");
        return new ArchiveTable(
            name, false,
            [.. columns.OrderBy(column => column.Name, StringComparer.Ordinal).Select(column => ColumnOf(column.Name, column.Type))],
            key, LastOf(session, name));
    }

    // PostgreSQL reads the text of any type again.
    private static ArchiveColumn ColumnOf(string name, string type) => type switch
    {
        "bigint" => new ArchiveColumn(name, ArchiveType.Number, $"\"{name}\""),
        "integer" or "smallint" => new ArchiveColumn(name, ArchiveType.Number, $"\"{name}\"::bigint"),
        "bytea" => new ArchiveColumn(name, ArchiveType.Bytes, $"\"{name}\""),
        _ => new ArchiveColumn(name, ArchiveType.Text, $"\"{name}\"::text"),
    };
}
