using System.Diagnostics;
using Maas.Core.Events;
using Maas.Core.Network.Interfaces;
using Maas.Core.Records;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>
/// The configurations of machines: their interfaces and their storage. A configuration is saved together with its machine, so that the
/// machine's <see cref="Machine.Version"/> rises with each change of it.
/// </summary>
public sealed class NodeConfigs
{
    private const string StorageChanged = "The machine's storage configuration was changed.";
    private const string NetworkChanged = "The machine's network configuration was changed.";

    private readonly Machines _machines;
    private readonly NodeConfigStore _store;
    private readonly TimeProvider _timeProvider;

    internal NodeConfigs(Machines machines, NodeConfigStore store, TimeProvider timeProvider)
    {
        _machines = machines;
        _store = store;
        _timeProvider = timeProvider;
    }

    /// <summary>
    /// The configuration of a machine: its owner's, else the intended one. A machine that an earlier version commissioned has what its
    /// inventory says, until something is planned on it.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NodeConfig> GetAsync(Machine machine, CancellationToken cancellationToken = default) =>
        (await ListAsync([machine], cancellationToken).ConfigureAwait(false))[machine.Id];

    /// <summary>The configurations of machines, by one query for all of them.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyDictionary<SystemId, NodeConfig>> ListAsync(
        IReadOnlyCollection<Machine> machines, CancellationToken cancellationToken = default) =>
        _store.ListAsync(machines, cancellationToken);

    /// <summary>The storage layout that a machine gets when it is commissioned.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<StorageLayoutRequest> GetDefaultLayoutAsync(CancellationToken cancellationToken = default) =>
        _store.DefaultLayoutAsync(cancellationToken);

    /// <summary>
    /// Changes the storage of a machine. Permission, lock and status are evaluated on the version that is written, and again after a
    /// conflict. Of a machine with an owner, the owner's copy changes; otherwise, what is intended.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system, for which permission and lock are not checked.</param>
    /// <param name="edit">The change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<NodeConfigResult> EditStorageAsync(
        SystemId id, MachineActor? actor, StorageEdit edit, CancellationToken cancellationToken = default) => EditAsync(
            id,
            actor,
            new Edit(StorageChanged, edit.IsOwners, edit.FindObstacle, (set, config, _, ids) =>
                Of(edit.Rule(set.Machine, config.Storage, ids), config)),
            cancellationToken);

    /// <summary>
    /// Changes the interfaces of a machine. Static links without an address get one, and addresses that no link has any more are free
    /// again. The machine's <see cref="Machine.MacAddresses"/> follow its physical interfaces. All of it is one transaction. Otherwise as
    /// <see cref="EditStorageAsync"/>.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system, for which permission and lock are not checked.</param>
    /// <param name="edit">The change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<NodeConfigResult> EditNetworkAsync(
        SystemId id, MachineActor? actor, NetworkEdit edit, CancellationToken cancellationToken = default) => EditAsync(
            id,
            actor,
            new Edit(NetworkChanged, edit.IsOwners, (machine, _) => edit.FindObstacle(machine), (set, config, view, ids) =>
                Of(edit.Rule(set.Machine, config.Network, view, ids), config)),
            cancellationToken);

    /// <summary>Replaces the storage configuration of a machine by the default layout.</summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">An administrator; <see langword="null"/> for the system.</param>
    /// <param name="findObstacle">Why the machine's status does not allow it; <see langword="null"/> when it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NodeConfigResult> RestoreStorageAsync(
        SystemId id, MachineActor? actor, Func<Machine, StorageConfig, string?> findObstacle, CancellationToken cancellationToken = default)
    {
        var layout = await _store.DefaultLayoutAsync(cancellationToken).ConfigureAwait(false);
        return await EditAsync(
            id,
            actor,
            new Edit(StorageChanged, false, findObstacle, (_, config, _, ids) =>
                new Outcome.Changed(config with { Storage = Restore(config.Storage, layout, ids) }, 0)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces the interfaces of a machine by those that commissioning found, with the default links.</summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">An administrator; <see langword="null"/> for the system.</param>
    /// <param name="findObstacle">Why the machine's status does not allow it; <see langword="null"/> when it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<NodeConfigResult> RestoreNetworkAsync(
        SystemId id, MachineActor? actor, Func<Machine, string?> findObstacle, CancellationToken cancellationToken = default) => EditAsync(
            id,
            actor,
            new Edit(NetworkChanged, false, (machine, _) => findObstacle(machine), (set, config, view, ids) =>
                new Outcome.Changed(config with { Network = Restore(set, config.Network, view, ids) }, 0)),
            cancellationToken);

    /// <summary>Replaces interfaces and storage of a machine by what they are after commissioning.</summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">An administrator; <see langword="null"/> for the system.</param>
    /// <param name="findObstacle">Why the machine's status does not allow it; <see langword="null"/> when it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NodeConfigResult> RestoreAsync(
        SystemId id, MachineActor? actor, Func<Machine, string?> findObstacle, CancellationToken cancellationToken = default)
    {
        var layout = await _store.DefaultLayoutAsync(cancellationToken).ConfigureAwait(false);
        return await EditAsync(
            id,
            actor,
            new Edit("The machine's configuration was restored.", false, (machine, _) => findObstacle(machine), (set, config, view, ids) =>
                new Outcome.Changed(
                    new NodeConfig
                    {
                        Network = Restore(set, config.Network, view, ids), Storage = Restore(config.Storage, layout, ids),
                    },
                    0)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Replaces interfaces, storage or both of a machine by copies of another machine's, in one transaction. Static links get addresses of
    /// their own. Otherwise as <see cref="EditStorageAsync"/>.
    /// </summary>
    /// <param name="id">The machine that receives the copy.</param>
    /// <param name="actor">An administrator; <see langword="null"/> for the system.</param>
    /// <param name="copy">What is copied.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<NodeConfigResult> CloneAsync(
        SystemId id, MachineActor? actor, NodeConfigCopy copy, CancellationToken cancellationToken = default) => EditAsync(
            id,
            actor,
            new Edit("The machine's configuration was copied from another machine.", false, (machine, _) => copy.FindObstacle(machine),
                (_, config, _, ids) => Clone(copy, config, ids)),
            cancellationToken);

    private static Outcome Clone(NodeConfigCopy copy, NodeConfig config, IIdSource ids)
    {
        if (copy.Interfaces)
        {
            var outcome = Of(InterfaceCloning.Clone(copy.Source.Network, config.Network, ids), config);
            if (outcome is not Outcome.Changed changed) return outcome;
            config = changed.Config;
        }

        return copy.Storage
            ? Of(StorageCloning.Clone(copy.Source.Storage, config.Storage, ids), config) : new Outcome.Changed(config, 0);
    }

    private async Task<NodeConfigResult> EditAsync(SystemId id, MachineActor? actor, Edit edit, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await _machines.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } machine)
                return new NodeConfigResult.NotFound("Machine");
            if (Deny(machine, actor, edit.IsOwners) is { } denied) return denied;
            var topology = await _store.Topology.GetAsync(cancellationToken).ConfigureAwait(false);
            var set = await _store.LoadAsync(machine, cancellationToken).ConfigureAwait(false);
            var before = set.Current;
            if (edit.FindObstacle(machine, before.Storage) is { } obstacle) return new NodeConfigResult.WrongStatus(obstacle);
            var view = NetworkViews.Of(topology, machine);
            var outcome = await _store.RunAsync(
                ids => edit.Rule(set, before, view, ids), result => result is Outcome.Changed, cancellationToken).ConfigureAwait(false);
            if (outcome is Outcome.Refused refused) return new NodeConfigResult.Refused(refused.Field, refused.Message);
            if (outcome is Outcome.NotFound missing) return new NodeConfigResult.NotFound(missing.Noun);
            var changed = (Outcome.Changed)outcome;
            var after = changed.Config;
            var hasOtherNetwork = !ReferenceEquals(after.Network, before.Network);
            if (!hasOtherNetwork && ReferenceEquals(after.Storage, before.Storage))
                return new NodeConfigResult.Done(machine, before, changed.Id);
            var edited = BootDiskNaming.Follow(machine, after.Storage);
            IReadOnlyList<RecordChange> others = [];
            if (hasOtherNetwork)
            {
                if (await _store.Addresses.FindConflictAsync(id, before.Network, after.Network, topology, cancellationToken)
                    .ConfigureAwait(false) is var (field, message))
                    return new NodeConfigResult.Refused(field, message);
                var (network, exhausted) = await _store.Addresses.AssignAsync(
                    after.Network, LinkMode.Static, topology, cancellationToken).ConfigureAwait(false);
                if (exhausted is not null) return new NodeConfigResult.NoAddress(exhausted);
                after = after with { Network = network };
                edited = edited with { MacAddresses = NodeInterfaces.AddressesOf(machine, before.Network, network) };
                if (MachineRules.Check(edited, machine) is var (wrong, reason)) return new NodeConfigResult.Refused(wrong, reason);
                if (set[NodeConfigKind.Acquired] is not null && set[NodeConfigKind.Intended] is { } intended
                    && !edited.MacAddresses.SequenceEqual(machine.MacAddresses))
                    others = await _store.RunAsync<IReadOnlyList<RecordChange>>(
                        ids =>
                        [
                            .. set.Set(NodeConfigKind.Intended, intended with
                            {
                                Network = NodeInterfaces.Agree(intended.Network, edited.MacAddresses, network, ids),
                            }),
                        ],
                        _ => true,
                        cancellationToken).ConfigureAwait(false);
            }

            var now = _timeProvider.GetUtcNow();
            var change = new MachineChange
            {
                Machine = edited,
                At = now,
                Events = [new EventNote(EventLevel.Audit, "Updated", edit.Description, actor?.Name)],
                Records = set.WithIndex([.. set.SetCurrent(after), .. others], now),
            };
            switch (await _machines.SaveAsync(machine, change, cancellationToken).ConfigureAwait(false))
            {
                case SaveResult.Saved saved:
                    return new NodeConfigResult.Done(saved.Machines[0], after, changed.Id);
                case SaveResult.Taken taken:
                    return new NodeConfigResult.Refused("mac_address", $"MAC address {taken.Value} is already in use by another node.");
                default:
                    continue;
            }
        }
    }

    private static StorageConfig Restore(StorageConfig config, StorageLayoutRequest layout, IIdSource ids) =>
        StorageLayouts.Apply(config, layout, ids) is StorageResult.Changed changed ? changed.Config : StorageLayouts.Blank(config);

    // What was created by hand stays, without links: the machine is known by its address.
    private static NetworkConfig Restore(NodeConfigSet set, NetworkConfig config, NetworkView view, IIdSource ids)
    {
        var found = NodeInterfaces.Existing((set[NodeConfigKind.Found] ?? NodeConfigLifecycle.Derive(set.Machine)).Network, view);
        found = NodeInterfaces.Agree(found, set.Machine.MacAddresses, config, ids);
        return NetworkDiscovery.WithDefaultLinks(found, view, config, ids);
    }

    private static Outcome Of(StorageResult result, NodeConfig config) => result switch
    {
        StorageResult.Changed changed => new Outcome.Changed(config with { Storage = changed.Config }, changed.Id),
        StorageResult.Refused refused => new Outcome.Refused(refused.Field, refused.Message),
        StorageResult.NotFound missing => new Outcome.NotFound(missing.Noun),
        _ => throw new UnreachableException(),
    };

    private static Outcome Of(NetworkResult result, NodeConfig config) => result switch
    {
        NetworkResult.Changed changed => new Outcome.Changed(config with { Network = changed.Config }, changed.Id),
        NetworkResult.Refused refused => new Outcome.Refused(refused.Field, refused.Message),
        NetworkResult.NotFound => new Outcome.NotFound("Interface"),
        _ => throw new UnreachableException(),
    };

    private static NodeConfigResult.Denied? Deny(Machine machine, MachineActor? actor, bool isOwners)
    {
        if (actor is null) return null;
        if (!(isOwners ? actor.MayEdit(machine) : actor.IsAdministrator))
            return new NodeConfigResult.Denied(MachineActor.NotPermitted, RefusalKind.Permission);
        return machine.Locked ? new NodeConfigResult.Denied("The machine is locked.", RefusalKind.Locked) : null;
    }

    /// <summary>A change of a configuration.</summary>
    /// <param name="Description">Describes it in the journal.</param>
    /// <param name="IsOwners">Whether the machine's owner may make it.</param>
    /// <param name="FindObstacle">Why the status does not allow it.</param>
    /// <param name="Rule">The change.</param>
    private sealed record Edit(
        string Description,
        bool IsOwners,
        Func<Machine, StorageConfig, string?> FindObstacle,
        Func<NodeConfigSet, NodeConfig, NetworkView, IIdSource, Outcome> Rule);

    /// <summary>The result of a rule.</summary>
    private abstract record Outcome
    {
        public sealed record Changed(NodeConfig Config, long Id) : Outcome;

        public sealed record Refused(string Field, string Message) : Outcome;

        public sealed record NotFound(string Noun) : Outcome;
    }
}
