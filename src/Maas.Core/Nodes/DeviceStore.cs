using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>Reads devices, and makes the changes of records that belong together when devices change.</summary>
internal sealed class DeviceStore(IRecordStore records, NodeConfigStore configs, NodeIdentities identities, TimeProvider timeProvider)
{
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when this process has changed a device.</summary>
    public Task Changed => _changed.Task;

    /// <summary>What is unique among nodes.</summary>
    public NodeIdentities Identities => identities;

    /// <summary>The device; <see langword="null"/> for none.</summary>
    public async Task<Device?> GetAsync(SystemId id, CancellationToken cancellationToken)
    {
        var found = await ListAsync(RecordCondition.Is("system_id", id.ToString()), cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>The devices that a condition selects, by id.</summary>
    public Task<IReadOnlyList<Device>> ListAsync(RecordCondition condition, CancellationToken cancellationToken) => records.ListAsync(
        new RecordQuery<Device>(NodeTables.Devices) { Where = [condition] }, cancellationToken);

    /// <summary>The devices that a filter selects, by id.</summary>
    public async Task<IReadOnlyList<Device>> ListAsync(DeviceFilter filter, CancellationToken cancellationToken)
    {
        List<RecordCondition> where = [];
        Add("system_id", filter.Ids.Select(id => id.ToString()));
        Add("hostname", filter.Hostnames.Select(name => name.ToLowerInvariant()));
        Add("domain", filter.Domains);
        Add("zone", filter.Zones.Cast<object>());
        Add("owner", filter.Owners);
        Add("parent", filter.Parents.Select(id => id.ToString()));
        where.AddRange(filter.Tags.Select(tag => TagColumn.Has("tags", tag)));
        if (filter.VisibleTo is { } user) where.Add(new RecordCondition.In("owner", [user, NodeTables.NoOwner]));
        if (filter.MacAddresses.Count > 0)
        {
            var held = await identities.FindAsync(filter.MacAddresses, cancellationToken).ConfigureAwait(false);
            where.Add(new RecordCondition.In("system_id", [.. held.Select(each => each.Node)]));
        }

        return await records.ListAsync(new RecordQuery<Device>(NodeTables.Devices) { Where = where }, cancellationToken)
            .ConfigureAwait(false);

        void Add(string column, IEnumerable<object> values)
        {
            List<object> wanted = [.. values];
            if (wanted.Count > 0) where.Add(new RecordCondition.In(column, wanted));
        }
    }

    /// <summary>How many devices a user owns.</summary>
    public Task<long> CountOfAsync(string owner, CancellationToken cancellationToken) => records.CountAsync(
        new RecordQuery<Device>(NodeTables.Devices) { Where = [RecordCondition.Is("owner", owner)] }, cancellationToken);

    /// <summary>How often devices changed.</summary>
    public async Task<long> GetSerialAsync(CancellationToken cancellationToken) =>
        (await ReadSerialAsync(cancellationToken).ConfigureAwait(false))?.Version ?? 0;

    /// <summary>
    /// The changes that save a device over another, or over nothing, with its index of names, addresses and links. The first change is that
    /// of the device.
    /// </summary>
    /// <param name="before">The device as it is stored; <see langword="null"/> for a new one.</param>
    /// <param name="after">The device as it will be.</param>
    /// <param name="next">
    /// The change that counts this one, when a rule depends on all devices: read before the rule was evaluated.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<RecordChange>> SaveAsync(
        Device? before, Device after, RecordChange? next, CancellationToken cancellationToken)
    {
        List<RecordChange> changes =
        [
            before is null
                ? new RecordChange.Insert(NodeTables.Devices, after)
                : new RecordChange.Update(NodeTables.Devices, after with { Id = before.Id, Version = before.Version }),
            .. await identities.ChangesAsync(
                before is null ? null : NodeIdentity.Of(before), NodeIdentity.Of(after), cancellationToken).ConfigureAwait(false),
        ];
        if (!ReferenceEquals(before?.Network, after.Network))
            changes.AddRange(await IndexAsync(after.SystemId, [new NodeConfig { Network = after.Network }], cancellationToken)
                .ConfigureAwait(false));
        changes.Add(next ?? await NextSerialAsync(cancellationToken).ConfigureAwait(false));
        return changes;
    }

    /// <summary>The changes that delete a device with what is in it, and the devices that belong to it.</summary>
    public async Task<IReadOnlyList<RecordChange>> DeleteAsync(Device device, CancellationToken cancellationToken)
    {
        List<RecordChange> changes = [.. await DeleteOneAsync(device, cancellationToken).ConfigureAwait(false)];
        changes.AddRange(await DeleteChildrenAsync([device], cancellationToken).ConfigureAwait(false));
        changes.Add(await NextSerialAsync(cancellationToken).ConfigureAwait(false));
        return changes;
    }

    /// <summary>The changes that delete the devices that belong to a node of another type; empty when it has no devices.</summary>
    public async Task<IReadOnlyList<RecordChange>> DeleteChildrenOfAsync(SystemId node, CancellationToken cancellationToken)
    {
        var children = await ListChildrenAsync(node, cancellationToken).ConfigureAwait(false);
        if (children.Count == 0) return [];
        List<RecordChange> changes = [];
        foreach (var child in children) changes.AddRange(await DeleteOneAsync(child, cancellationToken).ConfigureAwait(false));
        changes.AddRange(await DeleteChildrenAsync(children, cancellationToken).ConfigureAwait(false));
        changes.Add(await NextSerialAsync(cancellationToken).ConfigureAwait(false));
        return changes;
    }

    /// <summary>The change that counts a change of devices.</summary>
    public async Task<RecordChange> NextSerialAsync(CancellationToken cancellationToken) =>
        await ReadSerialAsync(cancellationToken).ConfigureAwait(false) is { } serial
            ? new RecordChange.Update(NodeTables.DeviceSerials, serial)
            : new RecordChange.Insert(NodeTables.DeviceSerials, new DeviceSerial { Id = DeviceSerial.OnlyId });

    /// <summary>The requirement that no device changes; none before the first device.</summary>
    public async Task<IReadOnlyList<RecordChange>> RequireSerialAsync(CancellationToken cancellationToken) =>
        await ReadSerialAsync(cancellationToken).ConfigureAwait(false) is { } serial
            ? [new RecordChange.Require(NodeTables.DeviceSerials, serial.Id, serial.Version)] : [];

    /// <summary>Saves changes of devices in one transaction.</summary>
    public async Task<RecordResult> CommitAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var result = await records.SaveAsync(batch, cancellationToken).ConfigureAwait(false);
        if (result is RecordResult.Saved) Raise();
        return result;
    }

    /// <summary>Notes that this process changed a device.</summary>
    public void Raise() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private Task<IReadOnlyList<Device>> ListChildrenAsync(SystemId node, CancellationToken cancellationToken) =>
        ListAsync(RecordCondition.Is("parent", node.ToString()), cancellationToken);

    // Devices may belong to devices; those that are deleted already are passed over, so that a circle ends.
    private async Task<IReadOnlyList<RecordChange>> DeleteChildrenAsync(
        IReadOnlyList<Device> parents, CancellationToken cancellationToken)
    {
        List<RecordChange> changes = [];
        HashSet<SystemId> deleted = [.. parents.Select(parent => parent.SystemId)];
        Queue<SystemId> pending = new(deleted);
        while (pending.TryDequeue(out var parent))
        {
            foreach (var child in await ListChildrenAsync(parent, cancellationToken).ConfigureAwait(false))
            {
                if (!deleted.Add(child.SystemId)) continue;
                changes.AddRange(await DeleteOneAsync(child, cancellationToken).ConfigureAwait(false));
                pending.Enqueue(child.SystemId);
            }
        }

        return changes;
    }

    private async Task<IReadOnlyList<RecordChange>> DeleteOneAsync(Device device, CancellationToken cancellationToken) =>
    [
        new RecordChange.Delete(NodeTables.Devices, device.Id, device.Version),
        .. await identities.ChangesAsync(NodeIdentity.Of(device), null, cancellationToken).ConfigureAwait(false),
        .. await IndexAsync(device.SystemId, [], cancellationToken).ConfigureAwait(false),
    ];

    private async Task<IEnumerable<RecordChange>> IndexAsync(
        SystemId id, IReadOnlyList<NodeConfig> after, CancellationToken cancellationToken)
    {
        var (links, addresses) = await configs.LoadIndexAsync(id, cancellationToken).ConfigureAwait(false);
        return NodeIndex.Changes(id, after, links, addresses, timeProvider.GetUtcNow());
    }

    private Task<DeviceSerial?> ReadSerialAsync(CancellationToken cancellationToken) =>
        records.GetAsync(NodeTables.DeviceSerials, DeviceSerial.OnlyId, cancellationToken);
}
