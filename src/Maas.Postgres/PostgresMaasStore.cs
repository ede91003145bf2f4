using System.Diagnostics.CodeAnalysis;
using Maas.Core;
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
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// The store on PostgreSQL 15 and later, for any number of hosts at a time. Each method is one serializable transaction, which is repeated
/// when it met another one or lost its connection; what the database has committed is not done twice.
/// </summary>
/// <example>
/// <code>
/// await using var core = await MaasCore.OpenAsync(new PostgresMaasStore("Host=db.example.com;Database=maas;Username=maas"));
/// </code>
/// </example>
public sealed class PostgresMaasStore : IMaasStore, IStoreBackup
{
    private readonly PostgresStoreOptions _options;
    private readonly ILogger _logger;
    private readonly DatabaseClock _clock;
    private NpgsqlDataSource? _source;
    private PostgresDatabase? _database;
    private PostgresHostSession? _session;
    private SqlStoreParts? _parts;

    /// <summary>A store in the schema <c>maas</c>. Nothing is connected or created before <see cref="OpenAsync"/>.</summary>
    /// <param name="connectionString">The connection string, in Npgsql's form.</param>
    public PostgresMaasStore(string connectionString)
        : this(new PostgresStoreOptions { ConnectionString = connectionString }) { }

    /// <summary>A store with options. Nothing is connected or created before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">The options; copied.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    /// <exception cref="OptionsValidationException">An option is invalid.</exception>
    public PostgresMaasStore(PostgresStoreOptions options, ILoggerFactory? loggerFactory = null)
        : this(options, loggerFactory, TimeProvider.System) { }

    internal PostgresMaasStore(PostgresStoreOptions options, ILoggerFactory? loggerFactory, TimeProvider host)
    {
        ArgumentNullException.ThrowIfNull(options);
        var checkedOptions = new PostgresStoreOptionsValidator().Validate(null, options);
        if (checkedOptions.Failed)
            throw new OptionsValidationException(nameof(PostgresStoreOptions), typeof(PostgresStoreOptions), checkedOptions.Failures);
        _options = options.Copy();
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<PostgresMaasStore>();
        _clock = new DatabaseClock(host);
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

    private SqlStoreParts Opened => _parts ?? throw new InvalidOperationException("The store is not open: call OpenAsync first.");

    /// <summary>
    /// The database's clock in place of the system's, so that a host whose clock is wrong neither ends the claims of the others nor passes
    /// deadlines too early. Another clock is a test's, and stays.
    /// </summary>
    /// <param name="host">The host's clock.</param>
    public TimeProvider GetClock(TimeProvider host) => host == TimeProvider.System ? _clock : host;

    /// <inheritdoc/>
    public Task<StoreLeadership> LeadAsync(CancellationToken cancellationToken) =>
        (_session ?? throw new InvalidOperationException("The store is not open: call OpenAsync first.")).LeadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task OpenAsync(StoreLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (_source is not null) throw new InvalidOperationException("The store is open already.");
        return OpenCoreAsync(limits, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreBackup> BackUpAsync(
        Stream destination, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return RunAsync(backup => backup.Write(destination, progress, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreBackup> RestoreAsync(
        Stream source, StoreRestoreMode mode, IProgress<StoreBackupProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return RunAsync(backup => backup.Restore(source, mode, progress, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> HoldAsync(CancellationToken cancellationToken) =>
        RunAsync(backup => backup.Hold(), cancellationToken);

    /// <summary>Closes the connections, after what is being written.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_session is { } session) await session.DisposeAsync().ConfigureAwait(false);
        // It waits for what is being written.
        if (_database is { } database) await Task.Run(database.Dispose).ConfigureAwait(false);
        if (_source is { } source) await source.DisposeAsync().ConfigureAwait(false);
        (_session, _database, _source) = (null, null, null);
    }

    private Task<T> RunAsync<T>(Func<PostgresBackup, T> run, CancellationToken cancellationToken)
    {
        var backup = new PostgresBackup(_options);
        return Task.Factory.StartNew(() => run(backup), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private async Task OpenCoreAsync(StoreLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            var session = await Task.Factory.StartNew(
                () => Open(limits), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            await session.StartAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresFailure.Of(failure) is PostgresFailureKind.Lost)
        {
            throw new StoreUnavailableException($"PostgreSQL does not answer: {PostgresFailure.Describe(failure)}", failure);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "DisposeAsync disposes of all; a failure here of the source at once.")]
    private PostgresHostSession Open(StoreLimits limits)
    {
        using (var patient = PostgresDataSource.CreatePatient(_options))
        using (var connection = PostgresConnection.Open(patient, _options))
        {
            // Between two statements of an upgrade the host makes texts of machines, for which it may need longer than for its other work.
            new PostgresSession(connection).Execute("SET idle_in_transaction_session_timeout TO '1min'");
            PostgresSchema.BringUpToDate(connection, _options.Schema);
        }

        var source = PostgresDataSource.Create(_options);
        try
        {
            _database = new PostgresDatabase(source, _options, _clock, _logger);
            _parts = new SqlStoreParts(_database, limits);
            _session = new PostgresHostSession(source, _options, _database.Changes, _logger);
            _source = source;
            return _session;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
