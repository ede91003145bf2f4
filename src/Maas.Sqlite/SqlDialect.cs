using Maas.Core.Records;

namespace Maas.Sql;

/// <summary>What SQLite writes in a way of its own, and the statements that depend on how it assigns numbers.</summary>
internal static class SqlDialect
{
    /// <summary>
    /// So many machines are found by their tag or their owner; more are found in the order of the list, where they are met soon.
    /// </summary>
    private const int MostOfRare = 1_000;

    /// <summary>A function of a JSON list of texts that returns rows with one column, <c>value</c>.</summary>
    public const string Texts = "json_each";

    /// <summary>A function of a JSON list of numbers that returns rows with one column, <c>value</c>.</summary>
    public const string Numbers = "json_each";

    /// <summary>A function of a text and a part of it that returns the place of the part, from 1; 0 when it is not in the text.</summary>
    public const string Position = "instr";

    /// <summary>A condition: a column contains the text whose <see cref="PatternOf"/> is a parameter.</summary>
    public static string ContainsText(string column, string parameter) => $"{Position}({column}, {parameter}) > 0";

    /// <summary>A text that a column is to contain, as the parameter of <see cref="ContainsText"/>.</summary>
    public static string PatternOf(string text) => text;

    /// <summary>A function that returns the greatest of its arguments.</summary>
    public const string Greatest = "max";

    /// <summary>Precedes a column to keep the planner from its index.</summary>
    public const string WithoutIndex = "+";

    /// <summary>The index that has the revisions of machines.</summary>
    public const string ByRevisions = "INDEXED BY machines_revisions";

    /// <summary>The index that has the candidates of an allocation in their order.</summary>
    public const string ByCandidates = "INDEXED BY machines_candidates";

    /// <summary>The index that has what machines are searched and filtered by, in the order of their host names.</summary>
    public const string BySearch = "INDEXED BY machines_search";

    /// <summary>Follows a subquery of rows to update: rows that another transaction has locked are skipped.</summary>
    public const string SkipLocked = "";

    /// <summary>A machine's operation, from its document.</summary>
    public const string OperationId = "document ->> 'OperationId'";

    /// <summary>Whether machine <c>m</c> enlisted itself, from its document.</summary>
    public const string MadeItselfKnown = "m.document ->> 'MadeItselfKnown'";

    /// <summary>Reads the epoch of records.</summary>
    public const string ReadEpoch = "SELECT value FROM record_epoch";

    /// <summary>Raises the epoch of records.</summary>
    public const string RaiseEpoch = "UPDATE record_epoch SET value = value + 1";

    /// <summary>Reads the highest number that a change of a machine was given; NULL for none.</summary>
    public const string LastChange = "SELECT seq FROM sqlite_sequence WHERE name = 'machine_changes'";

    /// <summary>The column of a table's numbers, which the database assigns.</summary>
    public const string IdColumn = "id INTEGER PRIMARY KEY AUTOINCREMENT";

    /// <summary>What follows the columns of a table.</summary>
    public const string TableOptions = " STRICT";

    /// <summary>Lists the indexes of a table of records but that of its primary key.</summary>
    public const string IndexesOfTable =
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = @table AND sql IS NOT NULL";

    /// <summary>Lists the columns of a table.</summary>
    public const string ColumnsOfTable = "SELECT name FROM pragma_table_info(@table)";

    /// <summary>The type of a column.</summary>
    public static string TypeOf(RecordColumnKind kind) => kind switch
    {
        RecordColumnKind.Number => "INTEGER",
        RecordColumnKind.Text => "TEXT",
        _ => "BLOB",
    };

    /// <summary>The reference of a column to another table.</summary>
    public static string ReferenceTo(RecordTable target, bool cascades) =>
        $" REFERENCES \"{target.Name}\" (id){(cascades ? " ON DELETE CASCADE" : "")}";

    /// <summary>The kind of index of a column that is compared by itself.</summary>
    public static string IndexOf(RecordColumnKind kind) => "";

    /// <summary>A tag that few machines have, by which they are found. SQLite keeps no statistics to decide that by.</summary>
    public static string? FindRareTag(SqlSession session, IEnumerable<string> tags) => tags.FirstOrDefault(tag =>
        session.ExecuteScalar<long>(
            "SELECT count(*) FROM (SELECT 1 FROM machine_tags WHERE tag = @tag LIMIT @limit)",
            ("@tag", tag), ("@limit", MostOfRare + 1)) <= MostOfRare);

    /// <summary>Whether few machines have this owner, by whom they are found then.</summary>
    public static bool IsRareOwner(SqlSession session, string owner) =>
        session.ExecuteScalar<long>(
            "SELECT count(*) FROM (SELECT 1 FROM machines WHERE owner = @owner LIMIT @limit)",
            ("@owner", owner), ("@limit", MostOfRare + 1)) <= MostOfRare;

    /// <summary>Begins the preparation of tables of records.</summary>
    public static void BeginPreparation(SqlSession session)
    {
        // Only this process has the store.
    }

    /// <summary>Inserts a change into the history, and now and then deletes the oldest beyond the limit.</summary>
    public static void AddChange(
        SqlSession session, string insertion, int keep, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var number = session.ExecuteScalar<long>(insertion, parameters);
        var interval = Math.Max(1, keep / 10);
        if (number % interval != 0 || number <= keep) return;
        session.Execute("DELETE FROM machine_changes WHERE number <= @last", ("@last", number - keep));
        session.Execute(SqlChangeHistory.NoteDeleted("SELECT 1, @last WHERE true"), ("@last", number - keep));
    }

    /// <summary>Reserves ids of a table of records.</summary>
    /// <returns>The first.</returns>
    public static long ReserveIds(SqlSession session, RecordTable table, int count)
    {
        var last = session.ExecuteScalar<long>("SELECT seq FROM sqlite_sequence WHERE name = @table", ("@table", table.Name));
        if (session.Execute(
            "UPDATE sqlite_sequence SET seq = @last WHERE name = @table", ("@last", last + count), ("@table", table.Name)) == 0)
            session.Execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @last)", ("@last", last + count), ("@table", table.Name));
        return last + 1;
    }

    /// <summary>Called after a record was inserted with an id that the caller chose: the ids that are assigned later are higher.</summary>
    public static void SkipIds(SqlSession session, RecordTable table, long id)
    {
        // AUTOINCREMENT does that.
    }
}
