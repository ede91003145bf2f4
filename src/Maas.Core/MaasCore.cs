using System.Collections.Concurrent;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Delivery;
using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Stores;
using Maas.Core.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Core;

/// <summary>
/// The services over a store, without dependency injection. Nothing runs by itself: run <see cref="PowerQueue"/> to act on machines' power,
/// <see cref="Deadlines"/> to fail machines that do not report in time, <see cref="DiagnosisUpdates"/> to show why a machine waits, and
/// <see cref="TagEvaluation"/> to evaluate definitions of tags.
/// </summary>
/// <example>
/// <code>
/// await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(new SqliteStoreOptions { DataSource = "maas.db" }));
/// await core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] });
/// </code>
/// </example>
public sealed partial class MaasCore : IAsyncDisposable
{
    private readonly IMaasStore _store;
    private readonly string? _temporaryImages;
    private readonly TimeProvider _timeProvider;
    private readonly SecretCipher _cipher;
    private readonly ILoggerFactory _logs;
    private readonly ConcurrentDictionary<string, ChangeDelivery> _deliveries = new(StringComparer.Ordinal);

    private MaasCore(
        IMaasStore store, IMachineStore machines, MaasCoreOptions options, MaasCoreServices services, Controller controller,
        SecretCipher cipher)
    {
        _store = store;
        var timeProvider = services.TimeProvider;
        var power = services.Power ?? new NullMachinePower();
        var logs = services.LoggerFactory ?? NullLoggerFactory.Instance;
        (_timeProvider, _logs, _cipher) = (timeProvider, logs, cipher);
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
            ShutDownTimeout = options.ShutDownTimeout,
            DrainTimeout = options.DrainTimeout,
        };
        var signal = new WorkSignal(timeProvider);
        BootResources = new BootResources(store.BootResources, store.Records, store.Settings, images, timeProvider);
        Settings = new Settings(store.Settings);
        PackageProxies = new PackageProxies(Settings, options.ServesPackages);
        Records = store.Records;
        Topology = new TopologyCache(store.Records, timeProvider);
        var configs = new NodeConfigStore(store.Records, Topology, Settings, timeProvider);
        Dns = new DnsZones(
            store.Records,
            Topology,
            new HashSet<string>([.. NodeRules.ReservedNames, .. options.ReservedHostnames], StringComparer.Ordinal),
            timeProvider);
        Networks = new Networks(
            store.Records,
            store.Settings,
            Topology,
            configs,
            Dns,
            async (pool, token) =>
                (await machines.ListAsync(new MachineFilter { Pools = [pool], Limit = 1 }, token).ConfigureAwait(false)).Count > 0,
            (domain, token) => IsDomainUsedAsync(store, domain, token),
            async (controller, token) => await store.Records.CountAsync(
                new RecordQuery<Controller>(Controllers.Table) { Where = [RecordCondition.Is("system_id", controller.ToString())] }, token)
                .ConfigureAwait(false) > 0,
            timeProvider);
        var devices = new DeviceStore(store.Records, configs, new NodeIdentities(store.Records), timeProvider);
        NodeScripts = new NodeScripts(store.Records, services.Scripts, timeProvider);
        Machines = new Machines(
            machines, store.Records, store.PowerQueue, store.ScriptResults, NodeScripts, BootResources, Settings, Topology, configs,
            devices, power, signal, timeProvider, nodes, logs.CreateLogger<Machines>(), services.Recipes);
        NodeConfigs = new NodeConfigs(Machines, configs, timeProvider);
        Devices = new Devices(devices, configs, options.ReservedHostnames, options.Quotas, timeProvider);
        NodeZones = new NodeZones(machines, store.Records, devices, Topology, timeProvider);
        Controllers = new Controllers(store.Records, controller, devices, Topology, timeProvider);
        var tagSignal = new WorkSignal(timeProvider);
        Tags = new Tags(machines, store.Records, devices, tagSignal, timeProvider);
        TagEvaluation = new TagEvaluationWorker(
            machines, store.Records, tagSignal, timeProvider, logs.CreateLogger<TagEvaluationWorker>());
        Users = new Users(store.Accounts, cipher);
        MachineTokens = new MachineTokens(store.Tokens, cipher);
        BootTokens = new BootTokens(store.Tokens, cipher, timeProvider);
        Nonces = new NonceStore(store.Nonces, timeProvider);
        SshKeys = new SshKeys(store.Accounts, services.SshKeySource);
        Events = new EventLog(store.Events, timeProvider);
        Timeline = new Timeline(store.Events, Machines);
        Discoveries = new Discoveries(store.Records, Settings);
        ReceivedBootFiles = new ReceivedBootFiles(store.Records, timeProvider, logs.CreateLogger<ReceivedBootFiles>());
        Diagnosis = new MachineDiagnosis(Machines, Timeline, store.PowerQueue, store.ScriptResults, nodes.Deadlines, timeProvider);
        Operations = new Operations(Machines, Timeline, Diagnosis, store.PowerQueue);
        ScriptResults = new ScriptResults(store.ScriptResults, NodeScripts, Machines, Tags, MachineTokens, timeProvider);
        Files = new FileStorage(store.Files);
        SslKeys = new SslKeys(store.Records, options.Quotas, timeProvider);
        Sessions = new UserSessions(store.Records, store.Accounts, timeProvider);
        UserGroups = new UserGroups(store.Records, timeProvider);
        Notifications = new Notifications(store.Records, timeProvider);
        UserRemoval = new UserRemoval(
            machines, store.Accounts, store.Records, devices, Notifications, UserGroups, SslKeys, Sessions, timeProvider);
        PackageRepositories = new RecordSet<PackageRepository>(
            store.Records, ConfigurationTables.PackageRepositories, ConfigurationRules.OfRepositories, timeProvider);
        LicenseKeys = new RecordSet<LicenseKey>(
            store.Records, ConfigurationTables.LicenseKeys,
            ConfigurationRules.OfLicenseKeys with { Secrets = LicenseKeySecrets.With(cipher) }, timeProvider);
        BootSources = new BootSources(store.Records, timeProvider);
        ImageImports = new ImageImports(
            store.Records, BootSources, BootResources, Machines, Settings, controller.SystemId, services.BootSources, timeProvider,
            logs);
        PowerQueue = new PowerQueueWorker(
            store.PowerQueue, Machines, power, signal, timeProvider, nodes, logs.CreateLogger<PowerQueueWorker>());
        Hosts = new Hosts(store.Records, controller, PowerQueue, timeProvider, logs.CreateLogger<Hosts>());
        DiagnosisUpdates = new DiagnosisWorker(Machines, Diagnosis, timeProvider, logs.CreateLogger<DiagnosisWorker>());
        Deadlines = new DeadlineWorker(
            Machines, Events, Diagnosis.FindCauseAsync, nodes, timeProvider, logs.CreateLogger<DeadlineWorker>());
    }

    /// <summary>
    /// The clock of the services (<see cref="IMaasStore.GetClock"/>): hosts of one store agree on it, whatever their own clocks show. Use
    /// it for times that are stored, or that clients and other hosts compare.
    /// </summary>
    public TimeProvider TimeProvider => _timeProvider;

    /// <summary>Machines.</summary>
    public Machines Machines { get; }

    /// <summary>Zones, resource pools, domains, fabrics, VLANs, spaces, subnets, ranges, reserved addresses and static routes.</summary>
    public Networks Networks { get; }

    /// <summary>The same, all at once and cached.</summary>
    public TopologyCache Topology { get; }

    /// <summary>The DNS names that operators choose.</summary>
    public DnsZones Dns { get; }

    /// <summary>Nodes that are known and not installed.</summary>
    public Devices Devices { get; }

    /// <summary>The zones of nodes of all types.</summary>
    public NodeZones NodeZones { get; }

    /// <summary>The hosts that run this server: each is a region and rack controller.</summary>
    public Controllers Controllers { get; }

    /// <summary>The health of these hosts.</summary>
    public Hosts Hosts { get; }

    /// <summary>Machines' interfaces and storage.</summary>
    public NodeConfigs NodeConfigs { get; }

    /// <summary>Tags of nodes.</summary>
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

    /// <summary>Users' X.509 certificates.</summary>
    public SslKeys SslKeys { get; }

    /// <summary>Removes users, and gives what they own to others.</summary>
    public UserRemoval UserRemoval { get; }

    /// <summary>Users' sessions in browsers.</summary>
    public UserSessions Sessions { get; }

    /// <summary>Groups of users.</summary>
    public UserGroups UserGroups { get; }

    /// <summary>Messages for users.</summary>
    public Notifications Notifications { get; }

    /// <summary>Package repositories for deployed machines.</summary>
    public RecordSet<PackageRepository> PackageRepositories { get; }

    /// <summary>Licence keys of operating systems.</summary>
    public RecordSet<LicenseKey> LicenseKeys { get; }

    /// <summary>The journal.</summary>
    public EventLog Events { get; }

    /// <summary>Machines' stories.</summary>
    public Timeline Timeline { get; }

    /// <summary>The hosts that were seen on the served networks.</summary>
    public Discoveries Discoveries { get; }

    /// <summary>The boot scripts and answer files that machines received last.</summary>
    public ReceivedBootFiles ReceivedBootFiles { get; }

    /// <summary>Why a machine does not boot, or does not go on.</summary>
    public MachineDiagnosis Diagnosis { get; }

    /// <summary>The operations that run on machines.</summary>
    public Operations Operations { get; }

    /// <summary>What machines have run.</summary>
    public ScriptResults ScriptResults { get; }

    /// <summary>Images.</summary>
    public BootResources BootResources { get; }

    /// <summary>Scripts for machines.</summary>
    public NodeScripts NodeScripts { get; }

    /// <summary>Sources of images.</summary>
    public BootSources BootSources { get; }

    /// <summary>Imports images from these sources.</summary>
    public ImageImports ImageImports { get; }

    /// <summary>Users' files.</summary>
    public FileStorage Files { get; }

    /// <summary>
    /// The records of <see cref="MaasCoreServices.Tables"/>. Core's own tables are not public: change them through the services.
    /// </summary>
    public IRecordStore Records { get; }

    /// <summary>Settings.</summary>
    public Settings Settings { get; }

    /// <summary>The proxy through which machines fetch packages.</summary>
    public PackageProxies PackageProxies { get; }

    /// <summary>Acts on machines' power.</summary>
    public PowerQueueWorker PowerQueue { get; }

    /// <summary>Appends likely causes to the status messages of waiting machines.</summary>
    public DiagnosisWorker DiagnosisUpdates { get; }

    /// <summary>Fails machines that were not heard of in time.</summary>
    public DeadlineWorker Deadlines { get; }

    /// <summary>Evaluates new definitions of tags.</summary>
    public TagEvaluationWorker TagEvaluation { get; }

    /// <summary>The deliveries of changes to other systems, by name.</summary>
    public IEnumerable<ChangeDelivery> Deliveries => _deliveries.Values.OrderBy(each => each.Name, StringComparer.Ordinal);

    /// <summary>
    /// Makes a delivery of the changes of machines to another system. It runs when <see cref="ChangeDelivery.RunAsync"/> is called.
    /// </summary>
    /// <param name="name">
    /// The name by which its position is stored: 1 to 60 letters, digits and the characters <c>_</c> and <c>-</c>, unique.
    /// </param>
    /// <param name="destination">The other system.</param>
    /// <param name="options">Which changes, and how often they are tried; <see langword="null"/> for all, and the defaults.</param>
    /// <exception cref="ArgumentException">There is a delivery of this name, or it is no name.</exception>
    public ChangeDelivery CreateDelivery(string name, IChangeDestination destination, ChangeDeliveryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var delivery = new ChangeDelivery(
            name, destination, options ?? new ChangeDeliveryOptions(), _store, Machines, Topology, Events, _timeProvider,
            _logs.CreateLogger<ChangeDelivery>());
        if (!_deliveries.TryAdd(name, delivery)) throw new ArgumentException($"There is a delivery {name} already.", nameof(name));
        return delivery;
    }

    /// <summary>
    /// A secret that the hosts of this store have in common: it is derived from the key in <see cref="MaasCoreOptions.SecretKeyFile"/>, and
    /// does not reveal that.
    /// </summary>
    /// <param name="purpose">What it is for. Each purpose has a secret of its own.</param>
    /// <returns>The secret, 64 characters; <see langword="null"/> without a key.</returns>
    public Secret? DeriveSecret(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        return _cipher.Derive(purpose);
    }

    /// <summary>
    /// Runs <see cref="PowerQueue"/>, and while this process leads the hosts of its store (<see cref="IMaasStore.LeadAsync"/>) the workers
    /// of which one is enough: <see cref="Deadlines"/>, <see cref="DiagnosisUpdates"/>, <see cref="TagEvaluation"/> and
    /// <see cref="ImageImports"/>.
    /// </summary>
    /// <param name="cancellationToken">
    /// Ends it: no work is begun any more, power actions that are under way are finished or handed over
    /// (<see cref="MaasCoreOptions.DrainTimeout"/>), and then it returns.
    /// </param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(PowerQueue.RunAsync(cancellationToken), LeadAsync(cancellationToken), Hosts.RunAsync(cancellationToken))
            .ConfigureAwait(false);
        await Hosts.SayAsync(HostState.Stopped).ConfigureAwait(false);
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var leadership = await _store.LeadAsync(cancellationToken).ConfigureAwait(false);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(leadership.Lost, cancellationToken);
                Hosts.Lead(true);
                await Task.WhenAll(
                    Deadlines.RunAsync(either.Token), DiagnosisUpdates.RunAsync(either.Token), TagEvaluation.RunAsync(either.Token),
                    ImageImports.RunAsync(either.Token))
                    .ConfigureAwait(false);
                Hosts.Lead(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Closes the store, after what is being written.</summary>
    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync().ConfigureAwait(false);
        if (_temporaryImages is not null && Directory.Exists(_temporaryImages)) Directory.Delete(_temporaryImages, recursive: true);
    }
}
