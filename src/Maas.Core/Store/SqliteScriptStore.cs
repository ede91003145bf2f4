using Dapper;
using Maas.Core.Scripts;
using Microsoft.Data.Sqlite;

namespace Maas.Core.Store;

internal sealed class SqliteScriptStore(SqliteDatabase database, StoreQuotas quotas) : IScriptStore
{
    private const string Columns = "id, machine, operation_id AS operation, kind, name, status, exit_status AS exitStatus, started, ended, timeout";

    public Task<IReadOnlyList<ScriptResult>> ListAsync(SystemId machine, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<ScriptResult>)[.. connection
            .Query<Row>($"SELECT {Columns} FROM script_results WHERE machine = @id ORDER BY id DESC", new { id = machine.ToString() })
            .Select(row => row.Read())],
        cancellationToken);

    public Task<IReadOnlyList<ScriptResult>> ListCurrentAsync(IReadOnlyCollection<SystemId> machines,
        CancellationToken cancellationToken) => database.ReadAsync(
        connection =>
        {
            // SQLite takes a limited number of parameters; a long list is one parameter, in JSON.
            var ids = $"[{string.Join(',', machines.Select(machine => $"\"{machine}\""))}]";
            return (IReadOnlyList<ScriptResult>)[.. connection
                .Query<Row>(
                    """
                    SELECT r.id, r.machine, r.operation_id AS operation, r.kind, r.name, r.status, r.exit_status AS exitStatus, r.started, r.ended, r.timeout
                    FROM script_results r
                    JOIN (SELECT machine, kind, max(id) AS newest FROM script_results WHERE machine IN (SELECT value FROM json_each(@ids)) GROUP BY machine, kind) last
                        ON last.machine = r.machine AND last.kind = r.kind
                    JOIN script_results n ON n.id = last.newest AND n.operation_id = r.operation_id
                    ORDER BY r.id DESC
                    """,
                    new { ids })
                .Select(row => row.Read())];
        },
        cancellationToken);

    public Task<ScriptResult?> GetAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Query<Row>($"SELECT {Columns} FROM script_results WHERE id = @id", new { id }).SingleOrDefault()?.Read(),
        cancellationToken);

    public Task<ScriptOutput?> OutputAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection
            .Query<(byte[]? Combined, byte[]? Output, byte[]? Error)>("SELECT combined, output, error FROM script_results WHERE id = @id", new { id })
            .Select(row => new ScriptOutput(row.Combined, row.Output, row.Error)).SingleOrDefault(),
        cancellationToken);

    public Task<bool> UpdateAsync(ScriptResult result, ScriptOutput? output, CancellationToken cancellationToken) => database.WriteAsync(
        connection => Update(connection, result, output) && Tidy(connection, result.MachineId),
        cancellationToken,
        bytes: output is null ? 0 : (long)output.Combined.Length + output.StandardOutput.Length + output.StandardError.Length);

    private static bool Update(SqliteConnection connection, ScriptResult result, ScriptOutput? output) => connection.Execute(
            """
            UPDATE script_results SET status = @status, exit_status = @ExitStatus, started = @started, ended = @ended,
                combined = coalesce(@combined, combined), output = coalesce(@output, output), error = coalesce(@error, error)
            WHERE id = @Id AND status IN @unfinished
            """,
            new
            {
                result.Id,
                status = (int)result.Status,
                result.ExitStatus,
                started = StoreTime.Write(result.Started),
                ended = StoreTime.Write(result.Ended),
                combined = output?.Combined.ToArray(),
                output = output?.StandardOutput.ToArray(),
                error = output?.StandardError.ToArray(),
                unfinished = ScriptResult.Unfinished.Select(status => (int)status),
            }) > 0;

    /// <summary>Drops the oldest results and outputs beyond the machine's quota. The newest is always kept: what one report says is bounded.</summary>
    private bool Tidy(SqliteConnection connection, SystemId machine)
    {
        connection.Execute(
            """
            DELETE FROM script_results WHERE machine = @machine AND id <= (SELECT id FROM script_results WHERE machine = @machine ORDER BY id DESC LIMIT 1 OFFSET @results);
            UPDATE script_results SET combined = NULL, output = NULL, error = NULL WHERE id IN (
                SELECT id FROM (
                    SELECT id, sum(coalesce(length(combined), 0) + coalesce(length(output), 0) + coalesce(length(error), 0)) OVER (ORDER BY id DESC) AS bytes,
                        row_number() OVER (ORDER BY id DESC) AS place
                    FROM script_results WHERE machine = @machine AND (combined IS NOT NULL OR output IS NOT NULL OR error IS NOT NULL))
                WHERE bytes > @bytes AND place > 1)
            """,
            new { machine = machine.ToString(), results = quotas.ScriptResultsPerMachine, bytes = quotas.ScriptOutputBytesPerMachine });
        return true;
    }

    /// <summary>Writes a result to be within the caller's transaction.</summary>
    public static void Insert(SqliteConnection connection, ScriptResult result) => connection.Execute(
        "INSERT INTO script_results (machine, operation_id, kind, name, status, timeout) VALUES (@machine, @operation, @kind, @Name, @status, @timeout)",
        new
        {
            machine = result.MachineId.ToString(),
            operation = result.OperationId.ToString(),
            kind = (int)result.Kind,
            result.Name,
            status = (int)result.Status,
            timeout = (long)result.Timeout.TotalMilliseconds,
        });

    private sealed class Row
    {
        public long Id { get; init; }

        public string Machine { get; init; } = "";

        public string Operation { get; init; } = "";

        public long Kind { get; init; }

        public string Name { get; init; } = "";

        public long Status { get; init; }

        public long? ExitStatus { get; init; }

        public long? Started { get; init; }

        public long? Ended { get; init; }

        public long Timeout { get; init; }

        public ScriptResult Read() => new()
        {
            Id = Id,
            MachineId = SystemId.Parse(Machine),
            OperationId = Guid.Parse(Operation),
            Kind = (ScriptKind)Kind,
            Name = Name,
            Status = (ScriptStatus)Status,
            ExitStatus = (int?)ExitStatus,
            Started = StoreTime.Read(Started),
            Ended = StoreTime.Read(Ended),
            Timeout = TimeSpan.FromMilliseconds(Timeout),
        };
    }
}
