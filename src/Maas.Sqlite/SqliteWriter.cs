using System.Collections.Concurrent;
using System.Diagnostics;
using Maas.Core;
using Maas.Sql;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Maas.Sqlite;

/// <summary>
/// The one thread that writes. What has gathered while the disk was busy goes to it in one transaction, so that many small
/// writes share one flush; each has a savepoint of its own, so that a failed one does not fail the others. A store in memory waits for no
/// disk: there, each caller writes by itself, one at a time.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int LargestBatch = 256;
    private const int Full = 13; // SQLITE_FULL
    private const int LogAndDatabase = 2; // what is written goes to the write-ahead log, and from there to the database
    private readonly BlockingCollection<Work> _queue = [];
    private readonly SqliteSession _session;
    private readonly DiskReserve? _reserve;
    private readonly Thread? _thread;
    private readonly Lock _inMemory = new();
    private bool _isSynchronous = true;
    private bool _isClosed; // of a store in memory
    private long _syncedBatches;

    public SqliteWriter(SqliteSession session, bool inMemory, DiskReserve? reserve = null)
    {
        _session = session;
        _reserve = reserve;
        if (inMemory) return;
        _thread = new Thread(Run) { IsBackground = true, Name = "Maas.Core store" };
        _thread.Start();
    }

    /// <summary>How many transactions were written with a sync of the disk.</summary>
    public long SyncedBatches => Interlocked.Read(ref _syncedBatches);

    public Task<T> RunAsync<T>(Func<SqlSession, T> change, WriteKind kind = WriteKind.Ordinary, long bytes = 0)
    {
        var work = new Work<T>(change, kind, bytes);
        if (_thread is not null)
        {
            _queue.Add(work);
            return work.Task;
        }

        lock (_inMemory)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            RunBatch([work]);
        }

        return work.Task;
    }

    /// <summary>Runs a query on the connection of a store in memory, which has no other.</summary>
    public T ReadInMemory<T>(Func<SqlSession, T> query)
    {
        lock (_inMemory)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            return query(_session);
        }
    }

    /// <summary>Finishes what was begun, then closes the connection.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread?.Join();
        _queue.Dispose();
        lock (_inMemory)
        {
            _isClosed = true;
            _session.Dispose();
        }
    }

    private void Run()
    {
        var batch = new List<Work>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < LargestBatch && _queue.TryTake(out var next)) batch.Add(next);
            RefuseBeyondReserve(batch);
            if (batch.Count > 0) RunBatch(batch);
            batch.Clear();
        }
    }

    private void RefuseBeyondReserve(List<Work> batch)
    {
        if (_reserve is null || batch.TrueForAll(work => work.IsDeletion)) return;
        long room;
        try
        {
            room = _reserve.RoomAbove(_session);
        }
        catch (Exception failure) when (IsFull(failure))
        {
            room = -1;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SqliteException)
        {
            return; // the disk cannot be measured; the write itself says whether it takes it
        }

        batch.RemoveAll(work =>
        {
            if (work.IsDeletion) return false;
            var needs = LogAndDatabase * work.Bytes;
            if (room < 0 || room < needs)
            {
                work.Fail(new StoreFullException());
                return true;
            }

            room -= needs;
            return false;
        });
    }

    private void RunBatch(List<Work> batch)
    {
        try
        {
            Synchronize(batch.Exists(work => work.IsDurable));
            var changesBefore = raw.sqlite3_total_changes(_session.Connection.Handle);
            _session.Execute("BEGIN IMMEDIATE");
            if (batch is [var only]) RunAlone(only);
            else foreach (var work in batch) RunOne(work);
            _session.Execute("COMMIT");
            // A transaction that has changed nothing writes and syncs nothing.
            if (_isSynchronous && raw.sqlite3_total_changes(_session.Connection.Handle) != changesBefore)
                Interlocked.Increment(ref _syncedBatches);
        }
        catch (Exception failure)
        {
            // Nothing of the batch is on disk. SQLite may have rolled back by itself already (disk full).
            TryExecute("ROLLBACK");
            if (IsFull(failure) && batch.Count > 1)
            {
                // What is too large must not take along what is not: a deletion above all.
                foreach (var work in batch)
                    if (!work.IsOver) RunBatch([work]);
                return;
            }

            foreach (var work in batch) work.Fail(Translated(failure));
            return;
        }

        SqliteMetrics.BatchSize.Record(batch.Count);
        foreach (var work in batch) work.Succeed();
    }

    // Without a savepoint: what fails is rolled back with the transaction.
    private void RunAlone(Work work)
    {
        try
        {
            work.Run(_session);
        }
        catch (Exception failure) when (!IsFull(failure))
        {
            work.Fail(failure);
            _session.Execute("ROLLBACK; BEGIN");
        }
    }

    private void RunOne(Work work)
    {
        _session.Execute("SAVEPOINT one");
        try
        {
            work.Run(_session);
        }
        catch (Exception failure) when (!IsFull(failure))
        {
            work.Fail(failure);
            _session.Execute("ROLLBACK TO one");
        }

        _session.Execute("RELEASE one");
    }

    private void Synchronize(bool durable)
    {
        if (durable == _isSynchronous || _thread is null) return;
        _session.Execute(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        _isSynchronous = durable;
    }

    private static bool IsFull(Exception failure) => failure is SqliteException { SqliteErrorCode: Full };

    private static Exception Translated(Exception failure) => IsFull(failure) ? new StoreFullException(failure) : failure;

    private void TryExecute(string sql)
    {
        try
        {
            _session.Execute(sql);
        }
        catch (SqliteException)
        {
            // No transaction is open any more.
        }
    }

    private abstract class Work(WriteKind kind, long bytes)
    {
        public long Bytes => bytes;

        public bool IsDeletion => kind is WriteKind.Deletion or WriteKind.NonceDeletion;

        public bool IsDurable => kind is not (WriteKind.Nonce or WriteKind.NonceDeletion);

        public abstract bool IsOver { get; }

        public abstract void Run(SqlSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqlSession, T> change, WriteKind kind, long bytes) : Work(kind, bytes)
    {
        private readonly long _requested = Stopwatch.GetTimestamp();
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;

        public override bool IsOver => _done.Task.IsCompleted;

        public override void Run(SqlSession session) => _result = change(session);

        // Run has set the result, or Fail was called first and this does nothing.
        public override void Succeed()
        {
            SqliteMetrics.WriteDuration.Record(Stopwatch.GetElapsedTime(_requested).TotalSeconds);
            _done.TrySetResult(_result!);
        }

        public override void Fail(Exception failure) => _done.TrySetException(failure);
    }
}
