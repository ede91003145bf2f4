using Maas.Core;
using Maas.Core.Stores;
using Maas.Sql;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// Backups of a store's schema. A backup is one transaction that sees one moment (REPEATABLE READ, read only): hosts go on. A restoration
/// is one transaction.
/// </summary>
/// <param name="options">The store's options.</param>
internal sealed class PostgresBackup(PostgresStoreOptions options)
{
    public const string Engine = "postgresql";

    public StoreBackup Write(Stream destination, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        using var source = PostgresDataSource.CreatePatient(options);
        using var connection = Open(source);
        using var transaction = connection.BeginTransaction();
        var session = new PostgresSession(connection);
        session.Execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        var schema = PostgresSchema.Check(session, options.Schema);
        if (schema == 0) throw NoStore();
        var header = new ArchiveHeader(
            Engine, schema, schema == PostgresSchema.Version ? PostgresArchiveTarget.NewestContents : null,
            DateTimeOffset.FromUnixTimeMilliseconds(
                session.ExecuteScalar<long>("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")),
            session.ExecuteScalar<long>(SqlDialect.ReadEpoch));
        return ArchiveExport.Run(session, header, PostgresTables.List(session), destination, progress, cancellationToken);
    }

    public StoreBackup Restore(
        Stream backup, StoreRestoreMode mode, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        using var source = PostgresDataSource.CreatePatient(options);
        using var connection = Open(source);
        using var transaction = connection.BeginTransaction();
        var session = new PostgresSession(connection);
        PostgresSchema.Lock(session, options.Schema);
        if (session.ExecuteScalar<bool>(PostgresLocks.TryLeadInTransaction) is false) throw InUse();
        if (PostgresSchema.HasTables(session, options.Schema) && mode is StoreRestoreMode.IntoEmpty)
            throw new StoreBackupException($"The schema {options.Schema} has tables: they would be replaced.");
        PostgresSchema.CheckApplication(session, options.Schema);
        var restored = ArchiveImport.Run(new PostgresArchiveTarget(connection, options.Schema), backup, progress, cancellationToken);
        transaction.Commit();
        return restored;
    }

    public IAsyncDisposable Hold()
    {
        var source = PostgresDataSource.CreatePatient(options);
        try
        {
            var connection = Open(source);
            try
            {
                var session = new PostgresSession(connection);
                if (PostgresSchema.Check(session, options.Schema) == 0) throw NoStore();
                if (session.ExecuteScalar<bool>(PostgresLocks.TryLead) is false) throw InUse();
                return new Held(source, connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private NpgsqlConnection Open(NpgsqlDataSource source)
    {
        var connection = PostgresConnection.Open(source, options);
        // A transaction waits for the disk of the backup. Texts of times are the same everywhere.
        new PostgresSession(connection).Execute(
            "SET idle_in_transaction_session_timeout TO 0; SET tcp_user_timeout TO '10min'; SET TimeZone TO 'UTC'");
        return connection;
    }

    private StoreBackupException NoStore() => new($"There is no store in the schema {options.Schema}.");

    private StoreLockedException InUse() => new($"in the schema {options.Schema}", "a server");

    private sealed class Held(NpgsqlDataSource source, NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }
}
