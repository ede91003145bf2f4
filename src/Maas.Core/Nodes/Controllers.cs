using System.Diagnostics;
using System.Net;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>The hosts that run this server.</summary>
public sealed class Controllers
{
    private const int LongestNumbered = 58;

    private readonly RecordSet<Controller> _records;

    private readonly DeviceStore _devices;
    private readonly TopologyCache _topology;

    internal Controllers(
        IRecordStore store, Controller self, DeviceStore devices, TopologyCache topology, TimeProvider timeProvider)
    {
        Self = self;
        (_devices, _topology) = (devices, topology);
        _records = new RecordSet<Controller>(
            store,
            Table,
            new RecordRules<Controller>
            {
                Noun = "Controller",
                NameOf = controller => controller.Hostname,
                AlreadyExists = _ => NodeIdentities.NameTaken,
                Load = LoadAsync,
                Saved = topology.Raise,
            },
            timeProvider);
    }

    /// <summary>This host, as it was when it started.</summary>
    public Controller Self { get; }

    /// <summary>The controllers as records.</summary>
    public RecordSet<Controller> Records => _records;

    internal static RecordTable<Controller> Table { get; } = new(
        "controllers",
        ControllerJson.Default.Controller,
        [
            RecordColumn.Text<Controller>("system_id", controller => controller.SystemId.ToString()),
            RecordColumn.Text<Controller>("hostname", controller => controller.Hostname),
        ],
        [new RecordKey("system_id", "system_id"), new RecordKey("hostname", "hostname")])
    { RaisesEpoch = true };

    /// <summary>The addresses that the hosts of all controllers had when they were started.</summary>
    internal static async Task<IReadOnlyList<IPAddress>> ListAddressesAsync(IRecordStore store, CancellationToken cancellationToken) =>
    [
        .. (await store.ListAsync(new RecordQuery<Controller>(Table), cancellationToken).ConfigureAwait(false))
            .SelectMany(controller => controller.IpAddresses)
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().Distinct(),
    ];

    /// <summary>All controllers.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Controller>> ListAsync(CancellationToken cancellationToken = default) =>
        _records.ListAsync(cancellationToken);

    /// <summary>The controller, or <see langword="null"/>.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<Controller?> GetAsync(SystemId id, CancellationToken cancellationToken = default) =>
        _records.FindAsync("system_id", id.ToString(), cancellationToken);

    /// <summary>
    /// Finds the controller of this host, or creates it at the first start. When a node of another type has the name of this host, a number
    /// is added to it.
    /// </summary>
    internal static async Task<Controller> RegisterAsync(
        IRecordStore store, string? name, string domain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var identities = new NodeIdentities(store);
        var first = HostFacts.HostnameOf(name ?? Environment.MachineName);
        for (var number = 1; ;)
        {
            var hostname = number == 1 ? first : $"{first[..Math.Min(first.Length, LongestNumbered)]}-{number}";
            var holder = await identities.FindAsync(hostname, cancellationToken).ConfigureAwait(false);
            if (holder is { Type: NodeType.Machine or NodeType.Device })
            {
                number++;
                continue;
            }

            var query = new RecordQuery<Controller>(Table) { Where = [RecordCondition.Is("hostname", hostname)] };
            var known = await store.ListAsync(query, cancellationToken).ConfigureAwait(false);
            var controller = (known is [var found] ? found : new Controller { SystemId = SystemId.New(), Hostname = hostname }) with
            {
                Domain = domain,
                Architecture = HostFacts.Architecture,
                CpuCount = Environment.ProcessorCount,
                MemoryMiB = HostFacts.MemoryMiB,
                ServerVersion = HostFacts.Version,
                IpAddresses = HostFacts.ListAddresses(),
                Interfaces = HostFacts.ListInterfaces(),
                Started = now,
            };
            RecordChange change = controller.Id == 0
                ? new RecordChange.Insert(Table, controller) : new RecordChange.Update(Table, controller);
            var batch = new RecordBatch
            {
                At = now,
                Changes = holder is null
                    ? [change, .. await identities.ChangesAsync(null, NodeIdentity.Of(controller), cancellationToken).ConfigureAwait(false)]
                    : [change],
            };
            switch (await store.SaveAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                case RecordResult.Saved saved:
                    return (Controller)saved.Records[0]!; // the change of the controller is first
                case RecordResult.Conflict or RecordResult.Duplicate:
                    cancellationToken.ThrowIfCancellationRequested();
                    continue; // another process of this host was faster
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }
    }

    private async Task<RecordContext<Controller>> LoadAsync(CancellationToken cancellationToken)
    {
        var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
        return new RecordContext<Controller>
        {
            Epoch = topology.Epoch,
            Check = (controller, before, _) => new(ControllerRules.Check(controller, before, topology)),
            CheckDeletion = (controller, _) => new(ControllerRules.CheckDeletion(controller, Self.SystemId, topology)),
            WithDeletion = async (controller, token) =>
            [
                .. ControllerRules.Release(controller.SystemId, topology),
                .. await _devices.Identities.ChangesAsync(NodeIdentity.Of(controller), null, token).ConfigureAwait(false),
                .. await _devices.DeleteChildrenOfAsync(controller.SystemId, token).ConfigureAwait(false),
            ],
        };
    }
}
