using System.Data.Common;

namespace Maas.Sqlite;

/// <summary>
/// Runs SQL over ADO.NET: a parameter is a name and a value, and a function reads a row. It uses no reflection and generates no code, so
/// that it works in a program that is trimmed or compiled ahead of time.
/// </summary>
internal static class Sql
{
    /// <summary>Runs a statement, or several.</summary>
    /// <returns>How many rows were inserted, updated or deleted.</returns>
    public static int Execute(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Run(connection, sql, parameters, command => command.ExecuteNonQuery());

    /// <summary>
    /// The first column of the first row: <c>long</c>, <c>string</c> or <c>byte[]</c>; the type's default for no row and NULL.
    /// </summary>
    public static T? ExecuteScalar<T>(
        this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Run(connection, sql, parameters, command => command.ExecuteScalar() is { } value and not DBNull ? (T)value : default);

    /// <summary>All rows.</summary>
    public static List<T> Query<T>(
        this DbConnection connection,
        string sql,
        Func<DbDataReader, T> read,
        params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Run(
            connection, sql, parameters,
            command =>
            {
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read()) rows.Add(read(reader));
                return rows;
            });

    /// <summary>The only row; <see langword="null"/> when it does not exist.</summary>
    public static T? QuerySingleOrDefault<T>(
        this DbConnection connection, string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : class => connection.Query(sql, read, parameters).SingleOrDefault();

    public static string? GetStringOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? GetInt64OrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static byte[]? GetBytesOrNull(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    private static T Run<T>(
        DbConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters, Func<DbCommand, T> run)
    {
        if (connection is not StoreConnection { Commands: var cache })
        {
            using var once = CommandCache.Create(connection, sql, parameters);
            return run(once);
        }

        var command = cache.Take(connection, sql, parameters);
        try
        {
            var result = run(command);
            cache.Return(command);
            return result;
        }
        catch
        {
            command.Dispose();
            throw;
        }
    }
}
