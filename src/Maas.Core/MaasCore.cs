using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Core;

/// <summary>
/// The services over a store, without dependency injection. Nothing runs by itself: run <see cref="PowerQueue"/> to act on machines' power,
/// and
/// <see cref="Deadlines"/> to fail machines that do not report in time.
/// </summary>
/// <example>
/// <code>
/// await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(new SqliteStoreOptions { DataSource = "maas.db" }));
/// await core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] });
/// </code>
/// </example>
public sealed class MaasCore : IAsyncDisposable
{
    private readonly IMaasStore _store;
    private readonly string? _temporaryImages;

    private MaasCore(IMaasStore store, MaasCoreOptions options, MaasCoreServices services)
    {
        _store = store;
        var timeProvider = services.TimeProvider;
        var power = services.Power ?? new NullMachinePower();
        var logs = services.LoggerFactory ?? NullLoggerFactory.Instance;
        var images = services.Images;
        if (images is null)
        {
            if (options.ImageDirectory is null)
                _temporaryImages = Path.Combine(Path.GetTempPath(), "maas-images-" + Guid.CreateVersion7().ToString("N"));
            images = new DirectoryImageContent(options.ImageDirectory ?? _temporaryImages!);
        }

        var nodes = new NodeOptions
        {
            Domain = options.Domain,
            ReservedHostnames = options.ReservedHostnames,
            Deadlines = options.Deadlines,
            MostNewMachines = options.MostNewMachines,
            NewMachineLifetime = options.NewMachineLifetime,
            EventsOfDeletedMachines = options.EventsOfDeletedMachines,
            DeletedMachineEventLifetime = options.DeletedMachineEventLifetime,
            PowerAttempts = options.PowerAttempts,
            PowerRetryDelay = options.PowerRetryDelay,
            PowerTimeout = options.PowerTimeout,
        };
        var signal = new WorkSignal(timeProvider);
        BootResources = new BootResources(store.BootResources, images, timeProvider);
        Settings = new Settings(store.Settings);
        Machines = new Machines(
            store.Machines, store.PowerQueue, store.ScriptResults, BootResources, Settings, power, signal, timeProvider, nodes,
            logs.CreateLogger<Machines>());
        Tags = new Tags(store.Machines, Machines);
        Users = new Users(store.Accounts);
        MachineTokens = new MachineTokens(store.Tokens);
        BootTokens = new BootTokens(store.Tokens, timeProvider);
        Nonces = new NonceStore(store.Nonces, timeProvider);
        SshKeys = new SshKeys(store.Accounts);
        Events = new EventLog(store.Events, timeProvider);
        Timeline = new Timeline(store.Events, Machines);
        ScriptResults = new ScriptResults(store.ScriptResults, Machines, timeProvider);
        Files = new FileStorage(store.Files);
        PowerQueue = new PowerQueueWorker(
            store.PowerQueue, Machines, power, signal, timeProvider, nodes, logs.CreateLogger<PowerQueueWorker>());
        Deadlines = new DeadlineWorker(Machines, Events, nodes, timeProvider, logs.CreateLogger<DeadlineWorker>());
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

    /// <summary>Opens a store, which creates it or updates its schema, and makes the services over it.</summary>
    /// <param name="store">The store; disposed of with the returned object, and when this fails.</param>
    /// <param name="options">Deadlines, limits and defaults; <see langword="null"/> for the defaults.</param>
    /// <param name="services">Clock, power, images and logs; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreLockedException">Another process has the store open.</exception>
    /// <exception cref="StoreVersionException">A newer version of the store wrote it, or another program did.</exception>
    public static async Task<MaasCore> OpenAsync(
        IMaasStore store, MaasCoreOptions? options = null, MaasCoreServices? services = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new MaasCoreOptions();
        try
        {
            var limits = new StoreLimits
            {
                EventsPerMachine = options.EventsPerMachine, MachineChanges = options.MachineChanges, Quotas = options.Quotas,
            };
            await store.OpenAsync(limits, cancellationToken).ConfigureAwait(false);
            return new MaasCore(store, options, services ?? new MaasCoreServices());
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes the store, after what is being written.</summary>
    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync().ConfigureAwait(false);
        if (_temporaryImages is not null && Directory.Exists(_temporaryImages)) Directory.Delete(_temporaryImages, recursive: true);
    }
}
