using System.Data.Common;
using Maas.Core;
using Maas.Core.Scripts;

namespace Maas.Sql;

internal sealed class SqlScriptStore(SqlDatabase database, StoreQuotas quotas) : IScriptResultStore
{
    private const string Columns =
        "id, machine, operation_id, kind, name, status, exit_status, started, ended, timeout, suppressed, script";

    /// <summary>The statuses of a result that is still to come, as a parameter.</summary>
    public static string Unfinished { get; } = JsonList.Of(ScriptResult.Unfinished.Select(status => (int)status));

    public Task<IReadOnlyList<ScriptResult>> ListAsync(SystemId machine, CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<ScriptResult>)session.Query(
            $"SELECT {Columns} FROM script_results WHERE machine = @id ORDER BY id DESC", Read, ("@id", machine.ToString())),
        cancellationToken);

    public Task<IReadOnlyList<ScriptResult>> ListCurrentAsync(IReadOnlyCollection<SystemId> machines,
        CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<ScriptResult>)session.Query(
            $"""
            SELECT r.id, r.machine, r.operation_id, r.kind, r.name, r.status, r.exit_status, r.started, r.ended, r.timeout, r.suppressed,
                r.script
            FROM script_results r
            JOIN (
                SELECT machine, kind, max(id) AS newest FROM script_results
                WHERE machine IN (SELECT value FROM {SqlDialect.Texts}(@ids)) GROUP BY machine, kind) last
                ON last.machine = r.machine AND last.kind = r.kind
            JOIN script_results n ON n.id = last.newest AND n.operation_id = r.operation_id
            ORDER BY r.id DESC
            """,
            Read,
            ("@ids", JsonList.Of(machines.Select(machine => machine.ToString())))),
        cancellationToken);

    public Task<ScriptResult?> GetAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault($"SELECT {Columns} FROM script_results WHERE id = @id", Read, ("@id", id)),
        cancellationToken);

    public Task<ScriptOutput?> GetOutputAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault(
            "SELECT combined, output, error, report FROM script_results WHERE id = @id",
            row => new ScriptOutput(row.GetBytesOrNull(0), row.GetBytesOrNull(1), row.GetBytesOrNull(2))
            {
                Report = row.GetBytesOrNull(3),
            },
            ("@id", id)),
        cancellationToken);

    public Task<bool> UpdateAsync(ScriptResult result, ScriptOutput? output, CancellationToken cancellationToken) => database.WriteAsync(
        session => Update(session, result, output) && Raise(session, result.MachineId) && Tidy(session, result.MachineId),
        cancellationToken,
        bytes: output is null ? 0
            : (long)output.Combined.Length + output.StandardOutput.Length + output.StandardError.Length + output.Report.Length);

    public Task SuppressAsync(
        SystemId machine, IReadOnlyCollection<long> ids, bool suppressed, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
                $"""
                UPDATE script_results SET suppressed = @value
                WHERE machine = @machine AND id IN (SELECT value FROM {SqlDialect.Numbers}(@ids))
                """,
                ("@value", suppressed ? 1 : 0), ("@machine", machine.ToString()), ("@ids", JsonList.Of(ids))) > 0
            && Raise(session, machine),
        cancellationToken);

    public Task DeleteAsync(SystemId machine, IReadOnlyCollection<long> ids, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
                $"DELETE FROM script_results WHERE machine = @machine AND id IN (SELECT value FROM {SqlDialect.Numbers}(@ids))",
                ("@machine", machine.ToString()), ("@ids", JsonList.Of(ids))) > 0
            && Raise(session, machine),
        cancellationToken, WriteKind.Deletion);

    public Task ReplaceAsync(
        SystemId machine, IReadOnlyCollection<long> ids, IReadOnlyList<ScriptResult> added, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                session.Execute(
                    $"""
                    DELETE FROM script_results
                    WHERE machine = @machine AND status = @pending AND id IN (SELECT value FROM {SqlDialect.Numbers}(@ids))
                    """,
                    ("@machine", machine.ToString()), ("@pending", (int)ScriptStatus.Pending), ("@ids", JsonList.Of(ids)));
                foreach (var result in added) Insert(session, result);
                return Raise(session, machine);
            },
            cancellationToken);

    private static bool Update(SqlSession session, ScriptResult result, ScriptOutput? output) => session.Execute(
            $"""
            UPDATE script_results SET status = @status, exit_status = @ExitStatus, started = @started, ended = @ended,
                combined = coalesce(@combined, combined), output = coalesce(@output, output), error = coalesce(@error, error),
                report = coalesce(@report, report)
            WHERE id = @Id AND status IN (SELECT value FROM {SqlDialect.Numbers}(@unfinished))
            """,
            ("@Id", result.Id),
            ("@status", (int)result.Status),
            ("@ExitStatus", result.ExitStatus),
            ("@started", StoreTime.Write(result.Started)),
            ("@ended", StoreTime.Write(result.Ended)),
            ("@combined", output?.Combined.ToArray()),
            ("@output", output?.StandardOutput.ToArray()),
            ("@error", output?.StandardError.ToArray()),
            ("@report", output?.Report.ToArray()),
            ("@unfinished", Unfinished)) > 0;

    private static bool Raise(SqlSession session, SystemId machine)
    {
        session.Execute("UPDATE machines SET results = results + 1 WHERE id = @id", ("@id", machine.ToString()));
        return true;
    }

    /// <summary>
    /// Drops the oldest results and outputs beyond the machine's quota. The newest is always kept: what one report says is bounded.
    /// </summary>
    private bool Tidy(SqlSession session, SystemId machine)
    {
        session.Execute(
            """
            DELETE FROM script_results WHERE machine = @machine
            AND id <= (SELECT id FROM script_results WHERE machine = @machine ORDER BY id DESC LIMIT 1 OFFSET @results);
            UPDATE script_results SET combined = NULL, output = NULL, error = NULL, report = NULL WHERE id IN (
                SELECT id FROM (
                    SELECT id,
                        sum(coalesce(length(combined), 0) + coalesce(length(output), 0) + coalesce(length(error), 0)
                            + coalesce(length(report), 0))
                            OVER (ORDER BY id DESC) AS bytes,
                        row_number() OVER (ORDER BY id DESC) AS place
                    FROM script_results WHERE machine = @machine AND (
                        combined IS NOT NULL OR output IS NOT NULL OR error IS NOT NULL OR report IS NOT NULL)) AS outputs
                WHERE bytes > @bytes AND place > 1)
            """,
            ("@machine", machine.ToString()), ("@results", quotas.ScriptResultsPerMachine), ("@bytes", quotas.ScriptOutputBytesPerMachine));
        return true;
    }

    /// <summary>Writes a result to be within the caller's transaction.</summary>
    public static void Insert(SqlSession session, ScriptResult result) => session.Execute(
        """
        INSERT INTO script_results (machine, operation_id, kind, name, status, timeout, script)
        VALUES (@machine, @operation, @kind, @Name, @status, @timeout, @script)
        """,
        ("@machine", result.MachineId.ToString()),
        ("@operation", result.OperationId.ToString()),
        ("@kind", (int)result.Kind),
        ("@Name", result.Name),
        ("@status", (int)result.Status),
        ("@timeout", (long)result.Timeout.TotalMilliseconds),
        ("@script", result.Script.ToJson()));

    private static ScriptResult Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        MachineId = SystemId.Parse(row.GetString(1)),
        OperationId = Guid.Parse(row.GetString(2)),
        Kind = (ScriptKind)row.GetSmall(3),
        Name = row.GetString(4),
        Status = (ScriptStatus)row.GetSmall(5),
        ExitStatus = (int?)row.GetInt64OrNull(6),
        Started = StoreTime.Read(row.GetInt64OrNull(7)),
        Ended = StoreTime.Read(row.GetInt64OrNull(8)),
        Timeout = TimeSpan.FromMilliseconds(row.GetInt64(9)),
        Suppressed = row.GetInt64(10) != 0,
        Script = ScheduledScript.FromJson(row.GetString(11)),
    };
}
