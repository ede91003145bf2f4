using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Files;
using Maas.Core.Nodes;
using Maas.Core.Images;
using Maas.Core.Events;
using Maas.Core.Power;
using Maas.Core.Scripts;
using Maas.Core.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Core;

/// <summary>
/// The front door without dependency injection: opens the store and holds the services over it. Nothing runs by itself; run
/// <see cref="PowerQueue"/> and <see cref="Deadlines"/> if machines' power and deadlines are to be looked after.
/// </summary>
/// <example>
/// <code>
/// await using var core = await MaasCore.OpenAsync(new MaasCoreOptions { DataSource = "maas.db" });
/// await core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] });
/// </code>
/// </example>
public sealed class MaasCore : IAsyncDisposable, IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly string? _temporaryImages;

    private MaasCore(
        SqliteDatabase database, MaasCoreOptions options, TimeProvider timeProvider, IMachinePower power, IImageContent? images,
            ILoggerFactory loggerFactory)
    {
        this._database = database;
        if (images is null)
        {
            if (options is { ImageDirectory: null, DataSource: MaasCoreOptions.InMemory })
                _temporaryImages = Path.Combine(Path.GetTempPath(), "maas-images-" + Guid.CreateVersion7().ToString("N"));
            images = new DirectoryImageContent(_temporaryImages ?? ImageDirectory(options));
        }

        var machines = new SqliteMachineStore(database, options.EventsPerMachine);
        var scripts = new SqliteScriptStore(database, options.Quotas);
        var accounts = new SqliteAccountStore(database, options.Quotas);
        var tokens = new SqliteTokenStore(database);
        var events = new SqliteEventStore(database, options.EventsPerMachine);
        var effects = new SqlitePowerQueue(database);
        var files = new SqliteFileStore(database, options.Quotas);
        var signal = new WorkSignal(timeProvider);

        BootResources = new BootResources(new SqliteBootResourceStore(database), images, timeProvider);
        Settings = new Settings(files);
        Machines = new Machines(
            machines, scripts, BootResources, Settings, power, signal, timeProvider, options, loggerFactory.CreateLogger<Machines>());
        Tags = new Tags(machines, Machines);
        Users = new Users(accounts);
        MachineTokens = new MachineTokens(tokens);
        BootTokens = new BootTokens(tokens, timeProvider);
        Nonces = new NonceStore(tokens, timeProvider);
        SshKeys = new SshKeys(accounts);
        Events = new EventLog(events, timeProvider);
        Timeline = new Timeline(events, Machines);
        ScriptResults = new ScriptResults(scripts, Machines, timeProvider);
        Files = new FileStorage(files);
        PowerQueue = new PowerQueueWorker(
            effects, Machines, power, signal, timeProvider, options, loggerFactory.CreateLogger<PowerQueueWorker>());
        Deadlines = new DeadlineWorker(Machines, Events, options, timeProvider, loggerFactory.CreateLogger<DeadlineWorker>());
    }

    /// <summary>Machines.</summary>
    public Machines Machines { get; }

    /// <summary>Tags of machines.</summary>
    public Tags Tags { get; }

    /// <summary>Users and their API keys.</summary>
    public Users Users { get; }

    /// <summary>Machines' own tokens.</summary>
    public MachineTokens MachineTokens { get; }

    /// <summary>One-time tokens of boots.</summary>
    public BootTokens BootTokens { get; }

    /// <summary>Which OAuth requests were seen.</summary>
    public NonceStore Nonces { get; }

    /// <summary>Users' SSH keys.</summary>
    public SshKeys SshKeys { get; }

    /// <summary>The journal.</summary>
    public EventLog Events { get; }

    /// <summary>Machines' stories.</summary>
    public Timeline Timeline { get; }

    /// <summary>What machines have run.</summary>
    public ScriptResults ScriptResults { get; }

    /// <summary>Images.</summary>
    public BootResources BootResources { get; }

    /// <summary>Users' files.</summary>
    public FileStorage Files { get; }

    /// <summary>Settings.</summary>
    public Settings Settings { get; }

    /// <summary>Acts on machines' power.</summary>
    public PowerQueueWorker PowerQueue { get; }

    /// <summary>Fails machines that were not heard of in time.</summary>
    public DeadlineWorker Deadlines { get; }

    /// <summary>Opens the store, creating it or bringing it up to date first.</summary>
    /// <param name="options">Where, and how patient.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="power">Turns machines on and off; <see langword="null"/> when none can be.</param>
    /// <param name="images">Keeps the images' bytes; <see langword="null"/> for a directory.</param>
    /// <param name="loggerFactory">Where the workers log; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreLockedException">Another server has it open.</exception>
    /// <exception cref="StoreVersionException">A newer version of this program has written it, or another program.</exception>
    public static Task<MaasCore> OpenAsync(MaasCoreOptions options, TimeProvider? timeProvider = null, IMachinePower? power =
        null, IImageContent? images = null, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Open(options, timeProvider ?? TimeProvider.System, power, images, loggerFactory), cancellationToken);

    /// <summary>Closes the store, after what is being written.</summary>
    public void Dispose()
    {
        _database.Dispose();
        if (_temporaryImages is not null && Directory.Exists(_temporaryImages)) Directory.Delete(_temporaryImages, recursive: true);
    }

    /// <summary>Closes the store, after what is being written.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal static MaasCore Open(
        MaasCoreOptions options, TimeProvider timeProvider, IMachinePower? power, IImageContent? images, ILoggerFactory? loggerFactory)
    {
        var store = SqliteDatabase.Open(options.DataSource, timeProvider, directory =>
            options.MeasureDisk is { } measure ? new DiskReserve(options.SpareBytes, measure)
            : DiskReserve.Of(directory, options.SpareBytes));
        try
        {
            // Only this process has the store: what was taken from the queue and not recorded is nobody's any more.
            new SqlitePowerQueue(store).ReleaseClaims();
            return new MaasCore(store, options, timeProvider, power ?? new NullMachinePower(), images, loggerFactory
                ?? NullLoggerFactory.Instance);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static string ImageDirectory(MaasCoreOptions options) =>
        options.ImageDirectory ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.DataSource)) ?? "/", "images");
}
