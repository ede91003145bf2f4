using System.Data.Common;
using Maas.Sql;
using Microsoft.Data.Sqlite;

namespace Maas.Sqlite;

/// <summary>A connection to the store's file that keeps its prepared statements.</summary>
/// <param name="connection">The connection; closed with the session.</param>
internal sealed class SqliteSession(SqliteConnection connection) : SqlSession(connection), IDisposable
{
    /// <summary>The prepared commands; they end with the connection.</summary>
    public CommandCache Commands { get; } = new();

    /// <summary>The connection, as SQLite's own.</summary>
    public new SqliteConnection Connection { get; } = connection;

    /// <summary>Opens a connection.</summary>
    /// <param name="connectionString">The file and how it is opened.</param>
    public static SqliteSession Open(string connectionString)
    {
        var session = new SqliteSession(new SqliteConnection(connectionString));
        try
        {
            session.Connection.Open();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void ExecuteLast(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => Execute(sql, parameters);

    /// <inheritdoc/>
    public override void BeginNumbers()
    {
        // There is one writer.
    }

    public void Dispose() => Connection.Dispose();

    protected override T Run<T>(string sql, ReadOnlySpan<(string Name, object? Value)> parameters, Func<DbCommand, T> run)
    {
        var command = Commands.Take(Connection, sql, parameters);
        try
        {
            var result = run(command);
            Commands.Return(command);
            return result;
        }
        catch
        {
            command.Dispose();
            throw;
        }
    }
}
