using Microsoft.Data.Sqlite;

namespace Maas.Hosting.Leases;

/// <summary>
/// A file of leases in SQLite: its schema, and one transaction for all the leases that came while the last one was written.
/// </summary>
/// <remarks>
/// A file of its own beside the machines' store: a lease must be on disk before its client gets the answer, and shall not wait for a writer
/// that moves machines. WAL with <c>synchronous=FULL</c>: what has been committed survives the loss of power.
/// </remarks>
internal sealed class LeaseDatabase : IAsyncDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _upsert;

    private LeaseDatabase(SqliteConnection connection, string upsert, IEnumerable<string> parameters)
    {
        _connection = connection;
        _upsert = connection.CreateCommand();
        _upsert.CommandText = upsert;
        foreach (var name in parameters) _upsert.Parameters.Add(new SqliteParameter { ParameterName = name });
    }

    /// <summary>Opens the file, and makes it when it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="migrations">The n-th makes schema n of the one before; those that the file has not seen are run.</param>
    /// <param name="upsert">Writes a lease.</param>
    /// <param name="parameters">Its parameters, in the order in which <see cref="Write"/> is given values.</param>
    /// <exception cref="InvalidOperationException">A newer version of this program wrote it.</exception>
    /// <exception cref="SqliteException">It is no such file, or cannot be opened.</exception>
    public static LeaseDatabase Open(string path, IReadOnlyList<string> migrations, string upsert, IEnumerable<string> parameters)
    {
        MakePrivate(path);
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 2 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA locking_mode=EXCLUSIVE;");
            Migrate(connection, path, migrations);
            return new LeaseDatabase(connection, upsert, parameters);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Every row of a query.</summary>
    public IEnumerable<T> Read<T>(string query, Func<SqliteDataReader, T> read)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = query;
        using var rows = command.ExecuteReader();
        while (rows.Read()) yield return read(rows);
    }

    /// <summary>Writes rows, all or none; they are durable when the call returns.</summary>
    public ValueTask Write(IEnumerable<object?[]> rows)
    {
        try
        {
            using var transaction = _connection.BeginTransaction();
            _upsert.Transaction = transaction;
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Length; i++) _upsert.Parameters[i].Value = row[i] ?? DBNull.Value;
                _upsert.ExecuteNonQuery();
            }

            transaction.Commit();
            return ValueTask.CompletedTask;
        }
        catch (SqliteException exception)
        {
            return ValueTask.FromException(new IOException("The leases could not be written.", exception));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _upsert.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    // Leases are private data; SQLite gives its journal the same mode.
    private static void MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(
            path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share =
                FileShare.ReadWrite, UnixCreateMode = OwnerOnly });
        if ((File.GetUnixFileMode(file.SafeFileHandle) & ~OwnerOnly) != 0) File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
    }

    private static void Migrate(SqliteConnection connection, string path, IReadOnlyList<string> migrations)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var version = (long)command.ExecuteScalar()!; // the pragma always has a value
        if (version > migrations.Count)
            throw new InvalidOperationException(
                $"The leases in {path} have schema {version}; this program knows {migrations.Count}. Use the newer program.");
        if (version == migrations.Count) return;
        using var transaction = connection.BeginTransaction();
        foreach (var migration in migrations.Skip((int)version)) Execute(connection, migration, transaction);
        Execute(connection, $"PRAGMA user_version={migrations.Count}", transaction);
        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }
}
