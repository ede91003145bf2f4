using System.Data.Common;
using Maas.Sql;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// One transaction, or one query outside of a transaction. What is to be last is sent together with the end of the transaction: the lock
/// that orders numbers is then held for the time of the commit, and not for that of a message to the host.
/// </summary>
/// <param name="connection">The connection.</param>
internal sealed class PostgresSession(NpgsqlConnection connection) : SqlSession(connection)
{
    private readonly List<(string Sql, (string Name, object? Value)[] Parameters)> _last = [];
    private bool _isOrdered;
    private bool _notifies;

    /// <inheritdoc/>
    public override void ExecuteLast(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        _last.Add((sql, parameters.ToArray()));

    /// <inheritdoc/>
    public override void BeginNumbers()
    {
        if (_isOrdered) return;
        Execute(PostgresLocks.OfNumbers);
        _isOrdered = true;
    }

    /// <summary>Wakes the readers of the change history, on all hosts, when the transaction is committed.</summary>
    public void NotifyChange() => _notifies = true;

    /// <summary>Ends the transaction.</summary>
    /// <param name="mark">The mark to leave.</param>
    public void Commit(CommitMark mark)
    {
        using var batch = new NpgsqlBatch((NpgsqlConnection)Connection);
        Add(batch, CommitMark.Write, [("@connection", mark.Connection), ("@number", mark.Number)]);
        if (_last.Count > 0 && !_isOrdered) Add(batch, PostgresLocks.OfNumbers, []);
        foreach (var (sql, parameters) in _last) Add(batch, sql, parameters);
        if (_notifies) Add(batch, "SELECT pg_notify('maas_' || current_schema(), '')", []);
        Add(batch, "COMMIT", []);
        batch.ExecuteNonQuery();
    }

    protected override T Run<T>(string sql, ReadOnlySpan<(string Name, object? Value)> parameters, Func<DbCommand, T> run)
    {
        using var command = Create(Connection, sql, parameters);
        return run(command);
    }

    private static void Add(NpgsqlBatch batch, string sql, (string Name, object? Value)[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (name, value) in parameters) command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value));
        batch.BatchCommands.Add(command);
    }
}
