using System.Diagnostics;
using System.Globalization;
using Maas.Core;
using Maas.Sql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// A connection that is opened when it is needed, and again when it was lost, and the attempts of a query or a transaction on it. A
/// transaction that met another one is repeated; so is one whose connection was lost, unless the database says that it was committed. Used
/// by one thread.
/// </summary>
/// <param name="source">Where to connect.</param>
/// <param name="options">The store's options.</param>
/// <param name="clock">Learns the database's time.</param>
/// <param name="logger">Where to log.</param>
/// <param name="lost">Called when the connection was lost.</param>
/// <param name="stop">Ends the wait between attempts.</param>
internal sealed partial class PostgresConnection(
    NpgsqlDataSource source, PostgresStoreOptions options, DatabaseClock clock, ILogger logger, Action lost, CancellationToken stop)
    : IDisposable
{
    private const int LongestPause = 50; // milliseconds
    private const int PreparationAttempts = 10;
    private const string DiskFull =
        "The disk of the server's database is full. What needs space is refused until the disk has more of it.";

    private static readonly TimeSpan Reconnection = TimeSpan.FromMilliseconds(200);
    private readonly string _name = Guid.CreateVersion7().ToString("N");
    private NpgsqlConnection? _connection;
    private Exception? _loss;
    private long _transactions;

    /// <summary>Runs a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="requested">The timestamp of the request, from which on it is tried for so long.</param>
    /// <exception cref="StoreUnavailableException">The database did not answer in that time.</exception>
    public T Read<T>(Func<SqlSession, T> query, long requested) =>
        Repeat<T>((attempt, _) => query(new PostgresSession(attempt)), null, requested);

    /// <summary>Runs a transaction.</summary>
    /// <param name="change">What it does.</param>
    /// <param name="kind">Of what kind that is.</param>
    /// <param name="requested">The timestamp of the request, from which on it is tried for so long.</param>
    /// <exception cref="StoreUnavailableException">The database did not answer in that time.</exception>
    public T Write<T>(Func<SqlSession, T> change, WriteKind kind, long requested) =>
        Repeat<T>((attempt, outcome) => Transact(attempt, change, kind, outcome), kind, requested);

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _connection?.Dispose();

    /// <summary>Opens a connection for a store's schema.</summary>
    public static NpgsqlConnection Open(NpgsqlDataSource source, PostgresStoreOptions options)
    {
        var connection = source.CreateConnection();
        try
        {
            connection.Open();
            using var settings = connection.CreateCommand();
            settings.CommandText = SettingsOf(options);
            settings.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The settings of each connection.</summary>
    public static string SettingsOf(PostgresStoreOptions options) =>
        // Serializable transactions remember what they have read: of a table that is read as a whole, the whole table. A host that stops in
        // the middle of a transaction holds its locks for no longer than the timeout; the network of a host that is gone is found dead,
        // also when something was sent to the host, or waits to be sent, that it does not acknowledge.
        string.Create(CultureInfo.InvariantCulture, $"""
        SET search_path TO "{options.Schema}";
        SET enable_seqscan TO off;
        SET jit TO off;
        SET idle_in_transaction_session_timeout TO '5s';
        SET tcp_keepalives_idle TO 5;
        SET tcp_keepalives_interval TO 2;
        SET tcp_keepalives_count TO 3;
        SET tcp_user_timeout TO {options.LeaderTimeout.TotalMilliseconds:0};
        SET client_min_messages TO warning
        """);

    /// <summary>
    /// The settings of the connection by which a host leads. The server ends one by which a host has said nothing: it was stopped, or
    /// cannot be reached.
    /// </summary>
    public static string SettingsOfHost(PostgresStoreOptions options) => string.Create(
        CultureInfo.InvariantCulture, $"{SettingsOf(options)}; SET idle_session_timeout TO {options.LeaderTimeout.TotalMilliseconds:0}");

    private T Repeat<T>(Func<NpgsqlConnection, Outcome<T>, T> attempt, WriteKind? kind, long requested)
    {
        // Each attempt to connect may take long: what has waited for its whole time behind others does not wait for one of its own.
        if (_connection is null && _loss is { } loss && (stop.IsCancellationRequested || IsOver(requested))) throw Unavailable(loss);
        var outcome = new Outcome<T>();
        var preparations = 0;
        for (var failures = 1; ; failures++)
        {
            try
            {
                _connection ??= Open(source, options);
                _loss = null;
                if (outcome.Mark is { } mark)
                {
                    // The connection was lost while the transaction was being committed.
                    if (IsCommitted(_connection, mark)) return outcome.Result!;
                    outcome.Mark = null;
                }

                return attempt(_connection, outcome);
            }
            catch (Exception failure) when (PostgresFailure.Of(failure) is var found && found is not PostgresFailureKind.Final)
            {
                // A preparation that fails may have run for longer than others are tried: from then on it is tried for as long as they are.
                if (kind is WriteKind.Preparation && _connection is not null && ++preparations < PreparationAttempts)
                    requested = Stopwatch.GetTimestamp();
                if (found is PostgresFailureKind.Lost) Drop(failure);
                else Rollback();
                if (stop.IsCancellationRequested
                    || (found is PostgresFailureKind.Constraint && (failures >= PostgresFailure.ConstraintAttempts || IsOver(requested))))
                    throw Translated(failure);
                if (IsOver(requested)) throw Unavailable(failure);
                PostgresMetrics.Repeated(found);
                if (found is PostgresFailureKind.Lost)
                {
                    if (failures == 1) LogConnectionLost(failure.GetType().Name, PostgresFailure.Describe(failure));
                    stop.WaitHandle.WaitOne(failures == 1 ? TimeSpan.Zero : Reconnection);
                }
                else
                {
                    // Transactions that met each other part by chance.
                    stop.WaitHandle.WaitOne(Random.Shared.Next(Math.Min(1 << Math.Min(failures, 10), LongestPause)));
                }
            }
            catch (Exception failure)
            {
                if (kind is not null) Rollback();
                throw Translated(failure);
            }
        }
    }

    private T Transact<T>(NpgsqlConnection connection, Func<SqlSession, T> change, WriteKind kind, Outcome<T> outcome)
    {
        var transaction = Begin(connection, kind);
        var session = new PostgresSession(connection);
        outcome.Result = change(session);
        outcome.Mark = new CommitMark(_name, ++_transactions, transaction);
        try
        {
            session.Commit(outcome.Mark);
        }
        catch (Exception failure) when (PostgresFailure.Of(failure) is not PostgresFailureKind.Lost)
        {
            outcome.Mark = null; // the database has said that it did not commit
            throw;
        }

        return outcome.Result;
    }

    /// <summary>Begins a transaction, and sets the clock.</summary>
    /// <returns>Its number.</returns>
    private long Begin(NpgsqlConnection connection, WriteKind kind)
    {
        using var batch = new NpgsqlBatch(connection);
        var isIndependent = kind is not (WriteKind.Ordinary or WriteKind.Deletion);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(isIndependent
            ? "BEGIN ISOLATION LEVEL READ COMMITTED"
            : "BEGIN ISOLATION LEVEL SERIALIZABLE"));
        if (kind is WriteKind.Nonce or WriteKind.NonceDeletion)
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL synchronous_commit TO off"));
        // Between two statements the host reads documents.
        if (kind is WriteKind.Preparation)
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL idle_in_transaction_session_timeout TO '1min'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "SELECT pg_current_xact_id()::text::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint"));
        var sent = clock.GetTimestamp();
        using var reader = batch.ExecuteReader();
        while (reader.FieldCount == 0 && reader.NextResult())
        {
            // BEGIN and SET return no rows.
        }

        if (!reader.Read()) throw new InvalidOperationException("The transaction has no number.");
        clock.Set(DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), sent);
        return reader.GetInt64(0);
    }

    private bool IsCommitted(NpgsqlConnection connection, CommitMark mark)
    {
        // Its backend may not have noticed yet that the connection is gone.
        while (IsInProgress(connection, mark.Transaction))
            if (stop.WaitHandle.WaitOne(LongestPause)) throw new OperationCanceledException(stop);
        var isCommitted = new PostgresSession(connection).ExecuteScalar<long>(
            CommitMark.Find, ("@connection", mark.Connection), ("@number", mark.Number)) > 0;
        LogCommitChecked(mark.Transaction, isCommitted ? "committed" : "not committed");
        return isCommitted;
    }

    private static bool IsInProgress(NpgsqlConnection connection, long transaction)
    {
        try
        {
            return new PostgresSession(connection).ExecuteScalar<string>(
                "SELECT pg_xact_status(@number::xid8)", ("@number", transaction.ToString(CultureInfo.InvariantCulture))) == "in progress";
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // The server crashed, and has not assigned the number again yet.
            return false;
        }
    }

    private void Rollback()
    {
        try
        {
            using var command = _connection?.CreateCommand();
            if (command is null) return;
            command.CommandText = "ROLLBACK";
            command.ExecuteNonQuery();
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException)
        {
            Drop(failure);
        }
    }

    private void Drop(Exception loss)
    {
        _loss = loss;
        lost();
        _connection?.Dispose();
        _connection = null;
    }

    private bool IsOver(long requested) => Stopwatch.GetElapsedTime(requested) > options.RetryDuration;

    private StoreUnavailableException Unavailable(Exception failure) => new(
        PostgresFailure.Of(failure) is PostgresFailureKind.Lost
            ? string.Create(CultureInfo.InvariantCulture, $"PostgreSQL did not answer for {options.RetryDuration.TotalSeconds:0.###} s.")
            : string.Create(
                CultureInfo.InvariantCulture, $"Other transactions were in the way for {options.RetryDuration.TotalSeconds:0.###} s."),
        failure);

    private static Exception Translated(Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.DiskFull } ? new StoreFullException(failure, DiskFull) : failure;

    [LoggerMessage(1, LogLevel.Warning, "Lost the connection to PostgreSQL ({Failure}: {Reason}); connecting again")]
    private partial void LogConnectionLost(string failure, string reason);

    [LoggerMessage(2, LogLevel.Information, "Transaction {Transaction}, whose connection was lost at its end, is {Status}")]
    private partial void LogCommitChecked(long transaction, string status);

    private sealed class Outcome<T>
    {
        /// <summary>The mark of the transaction that is being committed.</summary>
        public CommitMark? Mark { get; set; }

        /// <summary>Its result if it is committed.</summary>
        public T? Result { get; set; }
    }
}
