using System.Diagnostics.CodeAnalysis;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Stores;
using Maas.Sql;
using Microsoft.Extensions.Options;

namespace Maas.Sqlite;

/// <summary>
/// The store in one SQLite file, for one process. Writes that wait for the disk at the same time share one transaction and one sync
/// (write-ahead log, <c>synchronous=FULL</c>).
/// </summary>
/// <example>
/// <code>
/// await using var core = await MaasCore.OpenAsync(new SqliteMaasStore("maas.db"));
/// </code>
/// </example>
public sealed class SqliteMaasStore : IMaasStore, IStoreBackup, IDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _timeProvider;
    private SqliteDatabase? _database;
    private SqlStoreParts? _parts;

    /// <summary>A store in a file. Nothing is opened or created before <see cref="OpenAsync"/>.</summary>
    /// <param name="dataSource">Path of the file, or <see cref="SqliteStoreOptions.InMemory"/>.</param>
    public SqliteMaasStore(string dataSource)
        : this(new SqliteStoreOptions { DataSource = dataSource }) { }

    /// <summary>A store with options. Nothing is opened or created before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">The options; copied.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is invalid.</exception>
    public SqliteMaasStore(SqliteStoreOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var checkedOptions = new SqliteStoreOptionsValidator().Validate(null, options);
        if (checkedOptions.Failed)
            throw new OptionsValidationException(nameof(SqliteStoreOptions), typeof(SqliteStoreOptions), checkedOptions.Failures);
        _options = new SqliteStoreOptions
        {
            DataSource = options.DataSource, SpareBytes = options.SpareBytes, MeasureDisk = options.MeasureDisk,
        };
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public IMachineStore Machines => Opened.Machines;

    /// <inheritdoc/>
    public IPowerQueue PowerQueue => Opened.PowerQueue;

    /// <inheritdoc/>
    public IScriptResultStore ScriptResults => Opened.ScriptResults;

    /// <inheritdoc/>
    public IEventStore Events => Opened.Events;

    /// <inheritdoc/>
    public IAccountStore Accounts => Opened.Accounts;

    /// <inheritdoc/>
    public ITokenStore Tokens => Opened.Tokens;

    /// <inheritdoc/>
    public INonceStore Nonces => Opened.Tokens;

    /// <inheritdoc/>
    public IBootResourceStore BootResources => Opened.BootResources;

    /// <inheritdoc/>
    public IFileStore Files => Opened.Files;

    /// <inheritdoc/>
    public ISettingStore Settings => Opened.Files;

    /// <inheritdoc/>
    public IRecordStore Records => Opened.Records;

    /// <summary>How many transactions were written with a sync of the disk since the store was opened.</summary>
    internal long SyncedBatches => _database?.SyncedBatches ?? 0;

    /// <summary>Reads on a connection of the open store; that of a store in memory has run all of its statements.</summary>
    internal Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken) =>
        _database is { } database
            ? database.ReadAsync(session => read((SqliteSession)session), cancellationToken)
            : throw new InvalidOperationException("The store is not open.");

    private SqlStoreParts Opened => _parts ?? throw new InvalidOperationException("The store is not open: call OpenAsync first.");

    /// <inheritdoc/>
    public Task OpenAsync(StoreLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (_database is not null) throw new InvalidOperationException("The store is open already.");
        return Task.Run(() => Open(limits), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreBackup> BackUpAsync(
        Stream destination, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return RunAsync(
            path => SqliteBackup.Write(path, destination, _timeProvider, progress, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreBackup> RestoreAsync(
        Stream source, StoreRestoreMode mode, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return RunAsync(
            path => SqliteBackup.Restore(path, source, mode, _timeProvider, progress, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> HoldAsync(CancellationToken cancellationToken) =>
        RunAsync(path => SqliteBackup.Hold(path, _timeProvider), cancellationToken);

    /// <summary>Closes the file, after what is being written.</summary>
    public void Dispose() => _database?.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<T> RunAsync<T>(Func<string, T> run, CancellationToken cancellationToken) =>
        _options.DataSource == SqliteStoreOptions.InMemory
            ? throw new InvalidOperationException("A store in memory has no backup.")
            : Task.Factory.StartNew(
                () => run(Path.GetFullPath(_options.DataSource)), cancellationToken, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);

    [SuppressMessage("Reliability", "CA2000", Justification = "Dispose closes the database; a failure here closes it at once.")]
    private void Open(StoreLimits limits)
    {
        var database = SqliteDatabase.Open(_options.DataSource, _timeProvider, ReserveOf);
        try
        {
            // Only this process has the store: claims that are in it are those of a process that ended.
            database.WriteAsync(
                session => session.Execute("DELETE FROM effects WHERE withdrawn = 1; UPDATE effects SET claimed_until = 0"),
                CancellationToken.None, WriteKind.Deletion).GetAwaiter().GetResult();
            SqlMachineSearch.Fill(database);
            _parts = new SqlStoreParts(database, limits);
            _database = database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private DiskReserve ReserveOf(string directory) =>
        _options.MeasureDisk is { } measure ? new DiskReserve(_options.SpareBytes, measure)
        : DiskReserve.Of(directory, _options.SpareBytes);
}
