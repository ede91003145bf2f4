using System.Net;
using Maas.Core.Configuration;
using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Records;
using Maas.Core.Storage;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>Reads machines' configurations, and makes the changes of records that follow from changes of machines.</summary>
internal sealed class NodeConfigStore(IRecordStore records, TopologyCache topology, Settings settings, TimeProvider timeProvider)
    : INetworkUse
{
    // SQLite takes 32766 parameters.
    private const int MostParameters = 30_000;

    private readonly NodeIds _ids = new(records);

    /// <summary>Chooses addresses.</summary>
    public AddressAllocation Addresses { get; } = new(records);

    /// <summary>The shared nouns.</summary>
    public TopologyCache Topology => topology;

    /// <summary>All configurations of a machine, and what is derived from them.</summary>
    public async Task<NodeConfigSet> LoadAsync(Machine machine, CancellationToken cancellationToken) =>
        await LoadAsync(machine.Id, cancellationToken).ConfigureAwait(false) with { Machine = machine };

    // Without the machine, from which a configuration that is not stored would be derived.
    private async Task<NodeConfigSet> LoadAsync(SystemId id, CancellationToken cancellationToken)
    {
        var (links, addresses) = await LoadIndexAsync(id, cancellationToken).ConfigureAwait(false);
        return new NodeConfigSet(
            new Machine { Id = id, Hostname = "" },
            await records.ListAsync(
                new RecordQuery<NodeConfigRecord>(NodeTables.Configs) { Where = [RecordCondition.Is("node", id.ToString())] },
                cancellationToken).ConfigureAwait(false))
        { Links = links, Addresses = addresses };
    }

    /// <summary>What is derived from the configurations of a node.</summary>
    public async Task<(IReadOnlyList<NodeLinkRecord> Links, IReadOnlyList<AllocatedAddress> Addresses)> LoadIndexAsync(
        SystemId id, CancellationToken cancellationToken)
    {
        IReadOnlyList<RecordCondition> ofNode = [RecordCondition.Is("node", id.ToString())];
        return (
            await records.ListAsync(new RecordQuery<NodeLinkRecord>(NodeTables.Links) { Where = ofNode }, cancellationToken)
                .ConfigureAwait(false),
            await records.ListAsync(new RecordQuery<AllocatedAddress>(TopologyTables.Addresses) { Where = ofNode }, cancellationToken)
                .ConfigureAwait(false));
    }

    /// <summary>The configurations of machines that are shown, by one query.</summary>
    public async Task<IReadOnlyDictionary<SystemId, NodeConfig>> ListAsync(
        IReadOnlyCollection<Machine> machines, CancellationToken cancellationToken)
    {
        if (machines.Count == 0) return new Dictionary<SystemId, NodeConfig>();
        RecordCondition isShown =
            new RecordCondition.In("kind", [(long)NodeConfigKind.Intended, (long)NodeConfigKind.Acquired]);
        var found = await records.ListAsync(
            new RecordQuery<NodeConfigRecord>(NodeTables.Configs)
            {
                Where = machines.Count > MostParameters
                    ? [isShown]
                    : [new RecordCondition.In("node", [.. machines.Select(machine => machine.Id.ToString())]), isShown],
            },
            cancellationToken).ConfigureAwait(false);
        var ofNode = found.ToLookup(record => record.Node, StringComparer.Ordinal);
        return machines.DistinctBy(machine => machine.Id).ToDictionary(
            machine => machine.Id, machine => new NodeConfigSet(machine, [.. ofNode[machine.Id.ToString()]]).Current);
    }

    /// <summary>Runs a rule with numbers that are reserved for it.</summary>
    public Task<T> RunAsync<T>(Func<IIdSource, T> rule, Func<T, bool> isKept, CancellationToken cancellationToken) =>
        _ids.RunAsync(rule, isKept, cancellationToken);

    /// <summary>
    /// What else is saved when a command or a report changes a machine; or why it has no address. An owner may have bridges made.
    /// </summary>
    public async Task<(IReadOnlyList<RecordChange> Records, string? Exhausted)> ChangesOfAsync(
        Machine before, Machine after, BridgeParameters? bridges, CancellationToken cancellationToken)
    {
        if (!NodeConfigLifecycle.Concerns(before, after)) return ([], null);
        var set = await LoadAsync(before, cancellationToken).ConfigureAwait(false);
        var acquired = set.Current;
        if (bridges is not null)
            acquired = acquired with
            {
                Network = await RunAsync(ids => AcquiredBridges.Create(acquired.Network, bridges, ids), _ => true, cancellationToken)
                    .ConfigureAwait(false),
            };
        if (NodeConfigLifecycle.IsDeployed(before, after))
        {
            var current = await topology.GetAsync(cancellationToken).ConfigureAwait(false);
            var (network, exhausted) = await Addresses.AssignAsync(acquired.Network, LinkMode.Auto, current, cancellationToken)
                .ConfigureAwait(false);
            if (exhausted is not null) return ([], exhausted);
            if (!ReferenceEquals(network, acquired.Network)) acquired = acquired with { Network = network };
        }

        return (set.WithIndex(NodeConfigLifecycle.ChangeOwner(set, after, acquired), timeProvider.GetUtcNow()), null);
    }

    /// <summary>What else is saved when a machine is deleted.</summary>
    public async Task<IReadOnlyList<RecordChange>> DeleteAsync(Machine machine, CancellationToken cancellationToken)
    {
        var set = await LoadAsync(machine, cancellationToken).ConfigureAwait(false);
        return
        [
            .. set.Delete(), .. NodeIndex.Changes(machine.Id, [], set.Links, set.Addresses, timeProvider.GetUtcNow()),
            .. await ReceivedBootFiles.DeletionsAsync(records, machine.Id, cancellationToken).ConfigureAwait(false),
        ];
    }

    /// <summary>
    /// What else is saved when an edit changes a machine's inventory, addresses or boot disk: the machine, whose boot disk follows its
    /// configuration, with the changes of records; or why the boot disk cannot be chosen.
    /// </summary>
    public async Task<(Machine Machine, IReadOnlyList<RecordChange> Records, StorageResult.Refused? Refusal)> EditAsync(
        Machine before, Machine after, CancellationToken cancellationToken)
    {
        var isInventory = !Equals(WithoutDevices(before.Hardware), WithoutDevices(after.Hardware));
        var hasOtherAddresses = !before.MacAddresses.SequenceEqual(after.MacAddresses);
        if (!isInventory && !hasOtherAddresses && before.BootDisk == after.BootDisk) return (after, [], null);
        var set = await LoadAsync(before, cancellationToken).ConfigureAwait(false);
        if (!isInventory)
        {
            var (edited, changes, refusal) = SetBootDisk(set, after);
            if (hasOtherAddresses && refusal is null)
                changes = await RunAsync(ids => SetAddresses(set, after, changes, ids), _ => true, cancellationToken).ConfigureAwait(false);
            return (edited, set.WithIndex(changes, timeProvider.GetUtcNow()), refusal);
        }

        var layout = await DefaultLayoutAsync(cancellationToken).ConfigureAwait(false);
        var current = await topology.GetAsync(cancellationToken).ConfigureAwait(false);
        var networks = (NetworkViews.Of(current, after), NetworkViews.BootVlanOf(current, after));
        var (found, intended, acquired) = await RunAsync(
            ids =>
            {
                var (found, intended) = NodeConfigLifecycle.Discover(set, after, layout, networks, ids);
                return (found, intended, set[NodeConfigKind.Acquired] is { } owned
                    ? owned with { Network = NodeInterfaces.Agree(owned.Network, after.MacAddresses, intended.Network, ids) } : null);
            },
            _ => true,
            cancellationToken).ConfigureAwait(false);
        IReadOnlyList<RecordChange> all =
        [
            .. set.Set(NodeConfigKind.Found, found), .. set.Set(NodeConfigKind.Intended, intended),
            .. acquired is null ? [] : set.Set(NodeConfigKind.Acquired, acquired),
        ];
        return (BootDiskNaming.Follow(after, intended.Storage), set.WithIndex(all, timeProvider.GetUtcNow()), null);
    }

    // Disks and interfaces are listed beside the PCI and USB devices, which no configuration depends on.
    private static Hardware? WithoutDevices(Hardware? hardware) =>
        hardware is null ? null : hardware with { PciDevices = [], UsbDevices = [] };

    /// <summary>The storage layout that a machine gets when it is commissioned.</summary>
    public async Task<StorageLayoutRequest> DefaultLayoutAsync(CancellationToken cancellationToken) => new()
    {
        Layout = await settings.GetTextAsync(SettingCatalogue.DefaultStorageLayout, cancellationToken).ConfigureAwait(false),
        AllowFallback = true,
    };

    /// <inheritdoc/>
    public async Task<bool> IsSubnetLinkedAsync(long subnetId, CancellationToken cancellationToken) =>
        await records.CountAsync(
            new RecordQuery<NodeLinkRecord>(NodeTables.Links) { Where = [RecordCondition.Is("subnet", subnetId)] }, cancellationToken)
            .ConfigureAwait(false) > 0;

    /// <inheritdoc/>
    public async Task<bool> IsVlanConnectedAsync(IReadOnlyList<long> vlanIds, CancellationToken cancellationToken) =>
        await records.CountAsync(
            new RecordQuery<NodeLinkRecord>(NodeTables.Links) { Where = [new RecordCondition.In("vlan", [.. vlanIds.Cast<object>()])] },
            cancellationToken).ConfigureAwait(false) > 0;

    /// <inheritdoc/>
    public Task<IReadOnlyList<IPAddress>> ListHostAddressesAsync(CancellationToken cancellationToken) =>
        Controllers.ListAddressesAsync(records, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RecordChange>> DetachAsync(long subnetId, CancellationToken cancellationToken)
    {
        RecordCondition isOfSubnet = RecordCondition.Is("subnet", subnetId);
        var addresses = await records.ListAsync(
            new RecordQuery<AllocatedAddress>(TopologyTables.Addresses) { Where = [isOfSubnet] }, cancellationToken).ConfigureAwait(false);
        var links = await records.ListAsync(
            new RecordQuery<NodeLinkRecord>(NodeTables.Links) { Where = [isOfSubnet] }, cancellationToken).ConfigureAwait(false);
        var now = timeProvider.GetUtcNow();
        List<RecordChange> changes =
        [
            .. addresses.Where(each => each.Node is null)
                .Select(each => new RecordChange.Delete(TopologyTables.Addresses, each.Id, each.Version)),
        ];
        List<object> devices = [];
        foreach (var node in links.Select(each => each.Node).Distinct(StringComparer.Ordinal))
        {
            var set = await LoadAsync(SystemId.Parse(node), cancellationToken).ConfigureAwait(false);
            if (set.Records.Count == 0)
            {
                devices.Add(node);
                continue;
            }

            changes.AddRange(set.WithIndex(
                [
                    .. set.Records.Where(record => NodeConfigSet.Indexed.Contains(record.Kind)).SelectMany(record =>
                        set.Set(record.Kind, record.Config with { Network = Detached(record.Config.Network, subnetId) })),
                ],
                now));
        }

        return [.. changes, .. await DetachAsync(devices, subnetId, now, cancellationToken).ConfigureAwait(false)];
    }

    private async Task<IEnumerable<RecordChange>> DetachAsync(
        IReadOnlyList<object> devices, long subnetId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (devices.Count == 0) return [];
        List<RecordChange> changes = [];
        foreach (var device in await records.ListAsync(
            new RecordQuery<Device>(NodeTables.Devices) { Where = [new RecordCondition.In("system_id", devices)] }, cancellationToken)
            .ConfigureAwait(false))
        {
            var after = device with { Network = Detached(device.Network, subnetId) };
            var (links, addresses) = await LoadIndexAsync(device.SystemId, cancellationToken).ConfigureAwait(false);
            changes.Add(new RecordChange.Update(NodeTables.Devices, after));
            changes.AddRange(NodeIndex.Changes(device.SystemId, [new NodeConfig { Network = after.Network }], links, addresses, now));
        }

        if (await records.GetAsync(NodeTables.DeviceSerials, DeviceSerial.OnlyId, cancellationToken).ConfigureAwait(false) is { } serial)
            changes.Add(new RecordChange.Update(NodeTables.DeviceSerials, serial));
        return changes;
    }

    private static NetworkConfig Detached(NetworkConfig config, long subnetId) => config.With(
        [.. config.Links.Where(item => item.Link.Subnet == subnetId).Select(item => item.Interface.Id)],
        one => one with { Links = [.. one.Links.Where(link => link.Subnet != subnetId)] }).Tidied();

    private static (Machine, IReadOnlyList<RecordChange>, StorageResult.Refused?) SetBootDisk(NodeConfigSet set, Machine after)
    {
        List<RecordChange> changes = [];
        StorageConfig? shown = null;
        foreach (var kind in (NodeConfigKind[])[NodeConfigKind.Intended, NodeConfigKind.Acquired])
        {
            if (set[kind] is not { } config) continue;
            var result = BootDiskNaming.Find(after, config.Storage) is { } device
                ? BlockDeviceRules.SetBootDisk(config.Storage, device.Id)
                : new StorageResult.Changed(config.Storage with { BootDisk = null }, 0);
            if (result is StorageResult.Refused refused) return (after, [], refused);
            if (result is not StorageResult.Changed changed) continue;
            shown = changed.Config;
            changes.AddRange(set.Set(kind, config with { Storage = changed.Config }));
        }

        return (after.BootDisk is null && shown is not null ? BootDiskNaming.Follow(after, shown) : after, changes, null);
    }

    // A configuration that is not stored yet is stored, so that its interfaces keep their numbers.
    private static IReadOnlyList<RecordChange> SetAddresses(
        NodeConfigSet set, Machine after, IReadOnlyList<RecordChange> changes, IIdSource ids)
    {
        Dictionary<NodeConfigKind, NodeConfig> configs = [];
        foreach (var record in changes.Select(change => (change as RecordChange.Update)?.Record).OfType<NodeConfigRecord>())
            configs[record.Kind] = record.Config;
        List<RecordChange> result = [];
        NetworkConfig? source = null;
        foreach (var kind in (NodeConfigKind[])[NodeConfigKind.Intended, NodeConfigKind.Acquired])
        {
            var config = configs.GetValueOrDefault(kind) ?? set[kind];
            if (config is null && kind == NodeConfigKind.Intended) config = NodeConfigLifecycle.Derive(set.Machine);
            if (config is null) continue;
            var network = NodeInterfaces.Agree(config.Network, after.MacAddresses, source, ids);
            source ??= network;
            result.AddRange(set.Set(kind, config with { Network = network }));
        }

        return result;
    }
}
