using System.Collections.Concurrent;
using System.Globalization;
using Maas.Sql;
using Microsoft.Data.Sqlite;

namespace Maas.Sqlite;

/// <summary>
/// One SQLite file. Reads run side by side on connections of their own; writes run one after another on a thread of theirs
/// (<see cref="SqliteWriter"/>). A write that has returned is on disk: write-ahead log, <c>synchronous=FULL</c>.
/// </summary>
internal sealed class SqliteDatabase : SqlDatabase, IDisposable
{
    private const int LargestIdleLog = 16 * 1024 * 1024; // a large write leaves no larger write-ahead log behind

    // When SQLite balances a tree it gives pages the number of the page behind the first GiB for a moment (balance_nonroot). The commit
    // then drops cached pages above the last one, and looks for them in the hash table up to that number: of a database in memory, which
    // is all in that table, most of the table. With 4 KiB pages that was a quarter of the time of 4,000 simulated lives; with these,
    // there is a quarter of the pages, and a quarter of the numbers. A file caches 2 MB of pages.
    private const int PageSizeInMemory = 16384;

    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly string _connectionString;
    private readonly StoreLock? _storeLock;
    private readonly SqliteWriter _writer;
    private readonly bool _inMemory;
    private volatile bool _closed;

    private SqliteDatabase(string connectionString, StoreLock? storeLock, SqliteSession writing, bool inMemory, DiskReserve? reserve)
    {
        _connectionString = connectionString;
        _storeLock = storeLock;
        _inMemory = inMemory;
        _writer = new SqliteWriter(writing, inMemory, reserve);
    }

    public static SqliteDatabase Open(string path, TimeProvider timeProvider, Func<string, DiskReserve>? reserve = null)
    {
        var temporary = path == SqliteStoreOptions.InMemory;
        if (!temporary)
        {
            path = Path.GetFullPath(path);
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        }

        var held = temporary ? null : StoreLock.Take(path, timeProvider);
        try
        {
            if (!temporary && OperatingSystem.IsWindows()) CreateForOwnerOnly(path);
            var address = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
            var writing = Connect(address);
            try
            {
                if (temporary) writing.Execute($"PRAGMA page_size = {PageSizeInMemory.ToString(CultureInfo.InvariantCulture)}");
                writing.Execute(
                    $"PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = {LargestIdleLog.ToString(CultureInfo.InvariantCulture)}");
                StoreSchema.BringUpToDate(writing, path);
                return new SqliteDatabase(address, held, writing, temporary, temporary ? null
                    : reserve?.Invoke(Path.GetDirectoryName(path) ?? "/"));
            }
            catch
            {
                writing.Dispose();
                throw;
            }
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>How many transactions were written with a sync of the disk.</summary>
    public long SyncedBatches => _writer.SyncedBatches;

    /// <summary>Runs a query on the caller's thread. It sees every write that has returned.</summary>
    public override Task<T> ReadAsync<T>(Func<SqlSession, T> query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed, this);

        // A store in memory has one connection, the writer's.
        if (_inMemory) return Task.FromResult(_writer.ReadInMemory(query));
        if (!_readers.TryTake(out var session)) session = Connect(_connectionString);
        try
        {
            return Task.FromResult(query(session));
        }
        finally
        {
            if (_closed) session.Dispose();
            else _readers.Add(session);
        }
    }

    /// <inheritdoc/>
    public override Task<T> WriteAsync<T>(
        Func<SqlSession, T> change, CancellationToken cancellationToken, WriteKind kind = WriteKind.Ordinary, long bytes = 0)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed, this);
        return _writer.RunAsync(change, kind, bytes);
    }

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _writer.Dispose();
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _storeLock?.Dispose();
    }

    private static SqliteSession Connect(string connectionString)
    {
        var session = SqliteSession.Open(connectionString);
        try
        {
            session.Execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void CreateForOwnerOnly(string path)
    {
        // The store holds the secrets of machines' power and of OAuth tokens.
        using var file = PrivateFile.Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite);
    }
}
