using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Maas.Core.Store;

/// <summary>What a write does, which decides what it may do on a full disk and how soon it must be on disk.</summary>
internal enum WriteKind
{
    /// <summary>It may make the store larger: refused when the disk's reserve is reached.</summary>
    Ordinary,

    /// <summary>It deletes: written as long as the disk takes it.</summary>
    Deletion,

    /// <summary>A request's nonce: as <see cref="Ordinary"/>, and may be lost with the power, but not with the process.</summary>
    Nonce,
}

/// <summary>
/// The one thread that writes. What has gathered while the disk was busy goes to it in one transaction, so that many small
/// writes share one flush; each has a savepoint of its own, so that one that fails takes nobody along.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int LargestBatch = 256;
    private const int Full = 13; // SQLITE_FULL
    private const int LogAndDatabase = 2; // what is written goes to the write-ahead log, and from there to the database
    private readonly BlockingCollection<Work> queue = [];
    private readonly SqliteConnection connection;
    private readonly DiskReserve? reserve;
    private readonly Thread thread;
    private bool isSynchronous = true;

    public SqliteWriter(SqliteConnection connection, DiskReserve? reserve = null)
    {
        this.connection = connection;
        this.reserve = reserve;
        thread = new Thread(Run) { IsBackground = true, Name = "Maas.Core store" };
        thread.Start();
    }

    public Task<T> RunAsync<T>(Func<SqliteConnection, T> change, WriteKind kind = WriteKind.Ordinary, long bytes = 0)
    {
        var work = new Work<T>(change, kind, bytes);
        queue.Add(work);
        return work.Task;
    }

    /// <summary>Finishes what was begun, then closes the connection.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
        connection.Dispose();
    }

    private void Run()
    {
        var batch = new List<Work>();
        foreach (var first in queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < LargestBatch && queue.TryTake(out var next)) batch.Add(next);
            RefuseBeyondReserve(batch);
            if (batch.Count > 0) RunBatch(batch);
            batch.Clear();
        }
    }

    private void RefuseBeyondReserve(List<Work> batch)
    {
        if (reserve is null || batch.TrueForAll(work => work.Kind == WriteKind.Deletion)) return;
        long room;
        try
        {
            room = reserve.RoomAbove(connection);
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
            if (work.Kind == WriteKind.Deletion) return false;
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
            Synchronize(batch.Exists(work => work.Kind != WriteKind.Nonce));
            connection.Execute("BEGIN IMMEDIATE");
            foreach (var work in batch) RunOne(work);
            connection.Execute("COMMIT");
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

        foreach (var work in batch) work.Succeed();
    }

    private void RunOne(Work work)
    {
        connection.Execute("SAVEPOINT one");
        try
        {
            work.Run(connection);
        }
        catch (Exception failure) when (!IsFull(failure))
        {
            work.Fail(failure);
            connection.Execute("ROLLBACK TO one");
        }

        connection.Execute("RELEASE one");
    }

    private void Synchronize(bool durable)
    {
        if (durable == isSynchronous) return;
        connection.Execute(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        isSynchronous = durable;
    }

    private static bool IsFull(Exception failure) => failure is SqliteException { SqliteErrorCode: Full };

    private static Exception Translated(Exception failure) => IsFull(failure) ? new StoreFullException(failure) : failure;

    private void TryExecute(string sql)
    {
        try
        {
            connection.Execute(sql);
        }
        catch (SqliteException)
        {
            // No transaction is open any more.
        }
    }

    private abstract class Work(WriteKind kind, long bytes)
    {
        public long Bytes => bytes;

        public WriteKind Kind => kind;

        public abstract bool IsOver { get; }

        public abstract void Run(SqliteConnection connection);

        public abstract void Succeed();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqliteConnection, T> change, WriteKind kind, long bytes) : Work(kind, bytes)
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Task => done.Task;

        public override bool IsOver => done.Task.IsCompleted;

        public override void Run(SqliteConnection connection) => result = change(connection);

        // Run has set the result, or Fail was called first and this does nothing.
        public override void Succeed() => done.TrySetResult(result!);

        public override void Fail(Exception failure) => done.TrySetException(failure);
    }
}
