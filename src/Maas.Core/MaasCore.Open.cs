using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Stores;
using Maas.Core.Topology;

namespace Maas.Core;

// How a store is opened: its tables, what it starts with, and its secrets.
public sealed partial class MaasCore
{
    /// <summary>Opens a store, which creates it or updates its schema, and makes the services over it.</summary>
    /// <param name="store">The store; disposed of with the returned object, and when this fails.</param>
    /// <param name="options">Deadlines, limits and defaults; <see langword="null"/> for the defaults.</param>
    /// <param name="services">Clock, power, images and logs; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreLockedException">Another process has the store open.</exception>
    /// <exception cref="StoreVersionException">A newer version of the store wrote it, or another program did.</exception>
    /// <exception cref="SecretKeyException">The key of the store's secrets is missing, or is another.</exception>
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
            services ??= new MaasCoreServices();
            services = services with { TimeProvider = store.GetClock(services.TimeProvider) };
            await store.Records.PrepareAsync([.. RecordTables.All, .. services.Tables], cancellationToken).ConfigureAwait(false);
            var now = services.TimeProvider.GetUtcNow();
            await TopologyDefaults.CreateAsync(store.Records, options.Domain, now, cancellationToken).ConfigureAwait(false);
            await TopologyDefaults.AddDomainsAsync(
                store.Records, options.Domain, () => DomainsOfMachinesAsync(store, cancellationToken), now, cancellationToken)
                .ConfigureAwait(false);
            await ConfigurationRules.CreateDefaultsAsync(store.Records, now, cancellationToken).ConfigureAwait(false);
            await new NodeIdentities(store.Records).FillAsync(() => NodesAsync(store, cancellationToken), now, cancellationToken)
                .ConfigureAwait(false);
            var controller = await Controllers.RegisterAsync(
                store.Records, options.ControllerHostname, options.Domain, now, cancellationToken).ConfigureAwait(false);
            await new NodeIds(store.Records).BeginAsync(store.Machines, cancellationToken).ConfigureAwait(false);
            var cipher = await SecretKeyFile.OpenAsync(options.SecretKeyFile, store.Settings, cancellationToken).ConfigureAwait(false);
            var machines = cipher.HasKey ? new EncryptedMachineStore(store.Machines, cipher) : store.Machines;
            var core = new MaasCore(store, machines, options, services, controller, cipher);
            await core.Users.ProtectAsync(cancellationToken).ConfigureAwait(false);
            if (machines is EncryptedMachineStore encrypted) await encrypted.ProtectAsync(now, cancellationToken).ConfigureAwait(false);
            await LicenseKeySecrets.ProtectAsync(store.Records, cipher, now, cancellationToken).ConfigureAwait(false);
            return core;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<IEnumerable<string>> DomainsOfMachinesAsync(IMaasStore store, CancellationToken cancellationToken) =>
        (await store.Machines.ListAsync(new MachineFilter(), cancellationToken).ConfigureAwait(false)).Select(machine => machine.Domain);

    // Machines come first: they have names that their owners use.
    private static async Task<IEnumerable<NodeIdentity>> NodesAsync(IMaasStore store, CancellationToken cancellationToken) =>
    [
        .. (await store.Machines.ListAsync(new MachineFilter(), cancellationToken).ConfigureAwait(false)).Select(NodeIdentity.Of),
        .. (await store.Records.ListAsync(new RecordQuery<Controller>(Controllers.Table), cancellationToken).ConfigureAwait(false))
            .Select(NodeIdentity.Of),
    ];

    private static async Task<bool> IsDomainUsedAsync(IMaasStore store, string domain, CancellationToken cancellationToken) =>
        (await store.Machines.ListRevisionsAsync(new MachineFilter { Domains = [domain], Limit = 1 }, cancellationToken)
            .ConfigureAwait(false)).Count > 0
        || (await store.Records.ListAsync(new RecordQuery<Controller>(Controllers.Table), cancellationToken).ConfigureAwait(false))
            .Any(controller => controller.Domain == domain)
        || await store.Records.CountAsync(
            new RecordQuery<Device>(NodeTables.Devices) { Where = [RecordCondition.Is("domain", domain)] }, cancellationToken)
            .ConfigureAwait(false) > 0;
}
