using System.Diagnostics;
using Maas.Core.Events;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>Puts nodes of all types into zones.</summary>
public sealed class NodeZones
{
    private readonly IMachineStore _machines;
    private readonly IRecordStore _records;
    private readonly DeviceStore _devices;
    private readonly TopologyCache _topology;
    private readonly TimeProvider _timeProvider;

    internal NodeZones(
        IMachineStore machines, IRecordStore records, DeviceStore devices, TopologyCache topology, TimeProvider timeProvider) =>
        (_machines, _records, _devices, _topology, _timeProvider) = (machines, records, devices, topology, timeProvider);

    /// <summary>Puts nodes into a zone in one transaction: all of them, or none.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="zoneId">Id of the zone.</param>
    /// <param name="actor">User name, for the audit events; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NodeZoneResult> SetAsync(
        IReadOnlyCollection<SystemId> nodes, long zoneId, string? actor, CancellationToken cancellationToken = default)
    {
        SystemId[] ids = [.. nodes.Distinct()];
        if (ids.Length == 0) return new NodeZoneResult.Done();
        object[] texts = [.. ids.Select(id => id.ToString())];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await _records.GetAsync(TopologyTables.Zones, zoneId, cancellationToken).ConfigureAwait(false) is not { } zone)
                return new NodeZoneResult.UnknownZone();
            var machines = await _machines.ListAsync(new MachineFilter { Ids = ids }, cancellationToken).ConfigureAwait(false);
            var devices = await _devices.ListAsync(new RecordCondition.In("system_id", texts), cancellationToken).ConfigureAwait(false);
            var controllers = await _records.ListAsync(
                new RecordQuery<Controller>(Controllers.Table) { Where = [new RecordCondition.In("system_id", texts)] }, cancellationToken)
                .ConfigureAwait(false);
            if (machines.Count + devices.Count + controllers.Count != ids.Length) return new NodeZoneResult.UnknownNode();
            if (machines.FirstOrDefault(machine => machine.Locked && machine.ZoneId != zoneId) is { } locked)
                return new NodeZoneResult.Locked(locked.Hostname);

            var now = _timeProvider.GetUtcNow();
            var note = new EventNote(EventLevel.Audit, "Updated", $"The zone was set to '{zone.Name}'.", actor);
            List<RecordChange> changes = [new RecordChange.Require(TopologyTables.Zones, zone.Id, zone.Version)];
            changes.AddRange(controllers.Where(each => each.ZoneId != zoneId)
                .Select(each => new RecordChange.Update(Controllers.Table, each with { ZoneId = zoneId })));
            Device[] moved = [.. devices.Where(device => device.ZoneId != zoneId)];
            changes.AddRange(moved.Select(device => new RecordChange.Update(NodeTables.Devices, device with { ZoneId = zoneId })));
            if (moved.Length > 0) changes.Add(await _devices.NextSerialAsync(cancellationToken).ConfigureAwait(false));
            MachineChange[] others =
            [
                .. machines.Where(machine => machine.ZoneId != zoneId)
                    .Select(machine => new MachineChange { Machine = machine with { ZoneId = zoneId }, At = now, Events = [note] }),
            ];
            if (others.Length == 0 && changes.Count == 1) return new NodeZoneResult.Done();
            if (await SaveAsync(others, new RecordBatch { At = now, Changes = changes, Events = [note] }, cancellationToken)
                .ConfigureAwait(false) is false) continue;
            if (moved.Length > 0) _devices.Raise();
            _topology.Raise();
            return new NodeZoneResult.Done();
        }
    }

    private async Task<bool> SaveAsync(MachineChange[] machines, RecordBatch records, CancellationToken cancellationToken)
    {
        if (machines.Length == 0)
            return await _records.SaveAsync(records, cancellationToken).ConfigureAwait(false) is RecordResult.Saved;
        machines[0] = machines[0] with { Records = records.Changes };
        return await _machines.SaveAsync(machines, cancellationToken).ConfigureAwait(false) switch
        {
            SaveResult.Saved => true,
            SaveResult.Conflict or SaveResult.RecordRefused => false,
            var result => throw new UnreachableException(result.ToString()),
        };
    }
}

/// <summary>The result of putting nodes into a zone. Unless it is <see cref="Done"/>, nothing was changed.</summary>
public abstract record NodeZoneResult
{
    private NodeZoneResult() { }

    /// <summary>All nodes are in the zone.</summary>
    public sealed record Done : NodeZoneResult;

    /// <summary>A node does not exist.</summary>
    public sealed record UnknownNode : NodeZoneResult;

    /// <summary>The zone does not exist.</summary>
    public sealed record UnknownZone : NodeZoneResult;

    /// <summary>A machine is locked.</summary>
    /// <param name="Hostname">Its host name.</param>
    public sealed record Locked(string Hostname) : NodeZoneResult;
}
