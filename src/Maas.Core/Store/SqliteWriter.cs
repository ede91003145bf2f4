using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Maas.Core.Store;

/// <summary>
/// The one thread that writes. What has gathered while the disk was busy goes to it in one transaction, so that many small
/// writes share one flush; each has a savepoint of its own, so that one that fails takes nobody along.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int LargestBatch = 256;
    private readonly BlockingCollection<Work> queue = [];
    private readonly SqliteConnection connection;
    private readonly Thread thread;

    public SqliteWriter(SqliteConnection connection)
    {
        this.connection = connection;
        thread = new Thread(Run) { IsBackground = true, Name = "Maas.Core store" };
        thread.Start();
    }

    public Task<T> RunAsync<T>(Func<SqliteConnection, T> change)
    {
        var work = new Work<T>(change);
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
            RunBatch(batch);
            batch.Clear();
        }
    }

    private void RunBatch(List<Work> batch)
    {
        try
        {
            connection.Execute("BEGIN IMMEDIATE");
            foreach (var work in batch) RunOne(work);
            connection.Execute("COMMIT");
        }
        catch (Exception failure)
        {
            // Nothing of the batch is on disk. SQLite may have rolled back by itself already (disk full).
            TryExecute("ROLLBACK");
            foreach (var work in batch) work.Fail(failure);
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
        catch (Exception failure)
        {
            work.Fail(failure);
            connection.Execute("ROLLBACK TO one");
        }

        connection.Execute("RELEASE one");
    }

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

    private abstract class Work
    {
        public abstract void Run(SqliteConnection connection);

        public abstract void Succeed();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqliteConnection, T> change) : Work
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Task => done.Task;

        public override void Run(SqliteConnection connection) => result = change(connection);

        // Run has set the result, or Fail was called first and this does nothing.
        public override void Succeed() => done.TrySetResult(result!);

        public override void Fail(Exception failure) => done.TrySetException(failure);
    }
}
