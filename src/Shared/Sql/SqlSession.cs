using System.Data.Common;

namespace Maas.Sql;

/// <summary>
/// Runs SQL over ADO.NET on one connection: a parameter is a name and a value, and a function reads a row. It uses no reflection and
/// generates no code, so that it works in a program that is trimmed or compiled ahead of time. Used by one thread at a time.
/// </summary>
/// <param name="connection">The connection.</param>
internal abstract class SqlSession(DbConnection connection)
{
    /// <summary>The connection.</summary>
    public DbConnection Connection { get; } = connection;

    /// <summary>A new command.</summary>
    public static DbCommand Create(DbConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Runs a statement, or several.</summary>
    /// <returns>How many rows were inserted, updated or deleted.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Run(sql, parameters, command => command.ExecuteNonQuery());

    /// <summary>
    /// Runs a statement at the end of the transaction, or before. Later statements of the transaction do not depend on it.
    /// </summary>
    public abstract void ExecuteLast(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters);

    /// <summary>
    /// Lets the numbers that the transaction's later statements assign become visible in their order: a reader that has seen one has missed
    /// none below it.
    /// </summary>
    public abstract void BeginNumbers();

    /// <summary>
    /// The first column of the first row: <c>long</c>, <c>string</c> or <c>byte[]</c>; the type's default for no row and NULL.
    /// </summary>
    public T? ExecuteScalar<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Run(sql, parameters, command => command.ExecuteScalar() is { } value and not DBNull ? (T)value : default);

    /// <summary>All rows.</summary>
    public List<T> Query<T>(
        string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Run(
            sql, parameters,
            command =>
            {
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read()) rows.Add(read(reader));
                return rows;
            });

    /// <summary>The only row; <see langword="null"/> when it does not exist.</summary>
    public T? QuerySingleOrDefault<T>(
        string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : class => Query(sql, read, parameters).SingleOrDefault();

    /// <summary>Runs a command.</summary>
    protected abstract T Run<T>(string sql, ReadOnlySpan<(string Name, object? Value)> parameters, Func<DbCommand, T> run);
}
