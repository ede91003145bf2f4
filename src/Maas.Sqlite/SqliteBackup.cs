using Maas.Core.Stores;
using Maas.Sql;
using Microsoft.Data.Sqlite;

namespace Maas.Sqlite;

/// <summary>
/// Backups of a store's file. A backup is one read transaction: with the write-ahead log it sees one moment and stops neither readers nor
/// writers, of this process or of another. A restoration is one write transaction.
/// </summary>
internal static class SqliteBackup
{
    public const string Engine = "sqlite";

    public static StoreBackup Write(
        string path, Stream destination, TimeProvider timeProvider, IProgress<StoreBackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        CheckExists(path);
        using var session = Connect(path);
        session.Execute("PRAGMA query_only = ON; BEGIN");
        var schema = StoreSchema.Check(session, path);
        if (schema == 0) throw new StoreBackupException($"There is no store in {path}.");
        var tables = SqliteTables.List(session);
        var epoch = session.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema WHERE name = 'record_epoch'") == 0
            ? 0 : session.ExecuteScalar<long>(SqlDialect.ReadEpoch);
        var header = new ArchiveHeader(
            Engine, schema, schema == StoreSchema.Version ? schema : null, timeProvider.GetUtcNow(), epoch);
        return ArchiveExport.Run(session, header, tables, destination, progress, cancellationToken);
    }

    public static StoreBackup Restore(
        string path, Stream source, StoreRestoreMode mode, TimeProvider timeProvider, IProgress<StoreBackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        using var held = StoreLock.Take(path, timeProvider);
        var isNew = new FileInfo(path) is not { Exists: true, Length: > 0 }; // the lock makes an empty file
        var isRestored = false;
        try
        {
            if (OperatingSystem.IsWindows()) PrivateFile.Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite).Dispose();
            using var session = Connect(path);
            if (mode is StoreRestoreMode.IntoEmpty && session.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema") > 0)
                throw new StoreBackupException($"The store {path} exists: it would be replaced.");
            if (mode is StoreRestoreMode.Replace) StoreSchema.CheckApplication(session, path);
            session.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE");
            var restored = ArchiveImport.Run(new SqliteArchiveTarget(session), source, progress, cancellationToken);
            session.Execute("COMMIT");
            session.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            isRestored = true;
            return restored;
        }
        finally
        {
            // While the lock is held: afterwards they may be another process'.
            if (isNew && !isRestored)
                foreach (var file in (string[])["", "-wal", "-shm"]) File.Delete(path + file);
        }
    }

    public static IAsyncDisposable Hold(string path, TimeProvider timeProvider)
    {
        CheckExists(path);
        return new Held(StoreLock.Take(path, timeProvider));
    }

    private static void CheckExists(string path)
    {
        if (!File.Exists(path)) throw new StoreBackupException($"There is no store {path}.");
    }

    private static SqliteSession Connect(string path)
    {
        var session = SqliteSession.Open(new SqliteConnectionStringBuilder
        {
            DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 0,
        }.ToString());
        session.Execute("PRAGMA busy_timeout = 5000");
        return session;
    }

    private sealed class Held(StoreLock storeLock) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            storeLock.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
