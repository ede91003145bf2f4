using System.Data.Common;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Sql;

/// <summary>The change history of machines. Rows are inserted so that their numbers become visible in order.</summary>
internal static class SqlChangeHistory
{
    private const string Insertion =
        """
        INSERT INTO machine_changes (at, machine, version, from_status, to_status, operation_id)
        VALUES (@at, @machine, @version, @from, @to, @operation) RETURNING number
        """;

    /// <summary>Inserts a change, within the caller's transaction, and now and then deletes the oldest beyond the limit.</summary>
    public static void Insert(SqlSession session, MachineChanged change, int keep)
    {
        SqlDialect.AddChange(
            session,
            Insertion,
            keep,
            ("@at", StoreTime.Write(change.At)),
            ("@machine", change.MachineId.ToString()),
            ("@version", change.Version),
            ("@from", (int?)change.From),
            ("@to", (int?)change.To),
            ("@operation", change.OperationId?.ToString()));
    }

    /// <summary>A statement that stores up to which number changes were deleted.</summary>
    /// <param name="rows">A query of 1 and the number; of no row for nothing.</param>
    public static string NoteDeleted(string rows) =>
        $"""
        INSERT INTO deleted_changes (id, number) {rows}
        ON CONFLICT (id) DO UPDATE SET number = excluded.number WHERE excluded.number > deleted_changes.number
        """;

    /// <summary>Reads changes after a number. Numbers that no change has are not missed: their transactions were not committed.</summary>
    /// <exception cref="ChangeHistoryExpiredException">Some of them were deleted.</exception>
    public static IReadOnlyList<MachineChanged> Read(SqlSession session, long after, int limit)
    {
        var changes = session.Query(
            """
            SELECT number, at, machine, version, from_status, to_status, operation_id FROM machine_changes
            WHERE number > @after ORDER BY number LIMIT @limit
            """,
            Read,
            ("@after", after), ("@limit", limit));
        var last = Last(session);
        var deleted = session.ExecuteScalar<long?>("SELECT number FROM deleted_changes") ?? 0;
        if (after < deleted || after > last) throw new ChangeHistoryExpiredException(after, deleted);
        return changes;
    }

    /// <summary>The highest number that was given; 0 for none.</summary>
    public static long Last(SqlSession session) =>
        session.ExecuteScalar<long?>(SqlDialect.LastChange) ?? 0;

    private static MachineChanged Read(DbDataReader row) => new(
        row.GetInt64(0),
        StoreTime.Read(row.GetInt64(1)),
        SystemId.Parse(row.GetString(2)),
        row.GetInt64(3),
        (MachineStatus?)row.GetInt64OrNull(4),
        (MachineStatus?)row.GetInt64OrNull(5),
        Guid.TryParse(row.GetStringOrNull(6), out var operation) ? operation : null);
}
