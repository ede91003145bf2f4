using System.Diagnostics;
using System.Runtime.CompilerServices;
using Maas.Core.Events;
using Maas.Core.Network.Interfaces;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>
/// All devices. A rule is evaluated on the version of the device that is changed, and again after a conflict; the device, its host name and
/// its addresses change in one transaction, and an audit event names the actor.
/// </summary>
/// <example>
/// <code>
/// await core.Devices.CreateAsync(
///     new NewDevice { Hostname = "switch-1", MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] }, owner: "admin");
/// </code>
/// </example>
public sealed class Devices
{
    private const string Noun = "Device";

    /// <summary>How long a change that another process made may go unnoticed by <see cref="WatchAsync"/>.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly DeviceStore _store;
    private readonly NodeConfigStore _configs;
    private readonly TimeProvider _timeProvider;
    private readonly IReadOnlyCollection<string> _reserved;
    private readonly StoreQuotas _quotas;

    internal Devices(
        DeviceStore store, NodeConfigStore configs, IReadOnlyCollection<string> reserved, StoreQuotas quotas, TimeProvider timeProvider) =>
        (_store, _configs, _reserved, _quotas, _timeProvider) = (store, configs, reserved, quotas, timeProvider);

    /// <summary>The devices that a filter selects, in the order in which they were created.</summary>
    /// <param name="filter">Which devices; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Device>> ListAsync(DeviceFilter? filter = null, CancellationToken cancellationToken = default) =>
        _store.ListAsync(filter ?? new DeviceFilter(), cancellationToken);

    /// <summary>The device, or <see langword="null"/>.</summary>
    /// <param name="id">Which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<Device?> GetAsync(SystemId id, CancellationToken cancellationToken = default) => _store.GetAsync(id, cancellationToken);

    /// <summary>The device that has an interface with this address; <see langword="null"/> for none.</summary>
    /// <param name="address">The address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Device?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken = default) =>
        await _store.Identities.FindAsync([address], cancellationToken).ConfigureAwait(false) is [{ Type: NodeType.Device } found]
            ? await GetAsync(SystemId.Parse(found.Node), cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>The devices, and their later states. States that follow each other quickly are left out; the last one is not.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public async IAsyncEnumerable<IReadOnlyList<Device>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var shown = -1L; ;)
        {
            var changed = _store.Changed;
            // The serial is read first: what changes after it is shown once more.
            var serial = await _store.GetSerialAsync(cancellationToken).ConfigureAwait(false);
            if (serial != shown)
            {
                shown = serial;
                yield return await ListAsync(null, cancellationToken).ConfigureAwait(false);
                continue;
            }

            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(LongestWait, _timeProvider, pause.Token)).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Creates a device. Each address becomes an interface without a VLAN.</summary>
    /// <param name="wanted">What is known of it.</param>
    /// <param name="owner">User name of the owner, for the audit event too; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="QuotaExceededException">The owner has <see cref="StoreQuotas.DevicesPerUser"/> devices already.</exception>
    public async Task<DeviceResult> CreateAsync(NewDevice wanted, string? owner, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        MacAddress[] addresses = [.. wanted.MacAddresses.Distinct()];
        if (addresses.Length is 0 or > MachineRules.MostInterfaces)
            return new DeviceResult.Refused("mac_addresses", $"A device has 1 to {MachineRules.MostInterfaces} addresses.");
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var topology = await _configs.Topology.GetAsync(cancellationToken).ConfigureAwait(false);
            // Every change of a device changes the serial: of two creations that count at once, one counts again.
            var next = await _store.NextSerialAsync(cancellationToken).ConfigureAwait(false);
            if (owner is not null && await _store.CountOfAsync(owner, cancellationToken).ConfigureAwait(false) >= _quotas.DevicesPerUser)
                throw new QuotaExceededException($"A user has at most {_quotas.DevicesPerUser} devices. Delete one first.");
            // A name with dots has its domain in it.
            var name = (wanted.Hostname ?? "").ToLowerInvariant().Split('.', 2);
            var device = new Device
            {
                SystemId = SystemId.New(),
                Hostname = name[0].Length > 0 ? name[0] : "device-" + addresses[0].ToCompactString(),
                Domain = wanted.Domain ?? (name.Length > 1 ? name[1] : topology.DefaultDomain.Name),
                Description = wanted.Description,
                ZoneId = wanted.ZoneId,
                Owner = owner,
                Parent = wanted.Parent,
                Created = _timeProvider.GetUtcNow(),
            };
            if (await CheckAsync(device, null, topology, cancellationToken).ConfigureAwait(false) is { } wrong) return wrong;
            var network = await _configs.RunAsync(ids => DeviceNetworks.Of(addresses, ids), _ => true, cancellationToken)
                .ConfigureAwait(false);
            device = device with { Network = network };
            if (CheckAddresses(device) is { } wrongAddress) return wrongAddress;
            switch (await SaveAsync(null, device, "created", owner, "mac_addresses", cancellationToken, next).ConfigureAwait(false))
            {
                case null or DeviceResult.Refused { Field: "system_id" }:
                    continue;
                case var result:
                    return result;
            }
        }
    }

    /// <summary>
    /// Changes the description of a device: host name, domain, description, zone, parent, owner data. Its id, owner and interfaces stay.
    /// </summary>
    /// <param name="id">Which device.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="edit">A pure function of the device that it is given; it may be called more than once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DeviceResult> UpdateAsync(
        SystemId id, MachineActor? actor, Func<Device, Device> edit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var topology = await _configs.Topology.GetAsync(cancellationToken).ConfigureAwait(false);
            if (await FindAsync(id, actor, cancellationToken).ConfigureAwait(false) is not var (before, refusal)) return NoDevice;
            if (refusal is not null) return refusal;
            var wanted = edit(before);
            var after = before with
            {
                Hostname = wanted.Hostname.ToLowerInvariant(),
                Domain = wanted.Domain,
                Description = wanted.Description,
                ZoneId = wanted.ZoneId,
                Parent = wanted.Parent,
                OwnerData = wanted.OwnerData,
            };
            if (after == before) return new DeviceResult.Done(before);
            if (await CheckAsync(after, before, topology, cancellationToken).ConfigureAwait(false) is { } wrong) return wrong;
            if (await SaveAsync(before, after, "changed", actor?.Name, "mac_addresses", cancellationToken).ConfigureAwait(false)
                is { } result) return result;
        }
    }

    /// <summary>
    /// Changes the interfaces of a device. Automatic and static links without an address get one, and addresses that no link has any more
    /// are free again.
    /// </summary>
    /// <param name="id">Which device.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="rule">
    /// The change: a function of its arguments that calls <see cref="IIdSource"/> equally often for equal arguments. It may be called more
    /// than once.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DeviceResult> EditNetworkAsync(
        SystemId id, MachineActor? actor, Func<NetworkConfig, NetworkView, IIdSource, NetworkResult> rule,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rule);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var topology = await _configs.Topology.GetAsync(cancellationToken).ConfigureAwait(false);
            if (await FindAsync(id, actor, cancellationToken).ConfigureAwait(false) is not var (before, refusal)) return NoDevice;
            if (refusal is not null) return refusal;
            var view = NetworkViews.Of(topology, before.Hostname, [before.Domain]);
            var outcome = await _configs.RunAsync(
                ids => rule(before.Network, view, ids), result => result is NetworkResult.Changed, cancellationToken).ConfigureAwait(false);
            if (outcome is NetworkResult.Refused refused) return new DeviceResult.Refused(refused.Field, refused.Message);
            if (outcome is not NetworkResult.Changed changed) return new DeviceResult.NotFound("Interface");
            if (ReferenceEquals(changed.Config, before.Network)) return new DeviceResult.Done(before, changed.Id);
            if (await _configs.Addresses.FindConflictAsync(id, before.Network, changed.Config, topology, cancellationToken)
                .ConfigureAwait(false) is var (field, message)) return new DeviceResult.Refused(field, message);
            var network = changed.Config;
            foreach (var mode in (LinkMode[])[LinkMode.Static, LinkMode.Auto])
            {
                (network, var exhausted) = await _configs.Addresses.AssignAsync(network, mode, topology, cancellationToken)
                    .ConfigureAwait(false);
                if (exhausted is not null) return new DeviceResult.NoAddress(exhausted);
            }

            var after = before with { Network = network };
            if (CheckAddresses(after) is { } wrong) return wrong;
            switch (await SaveAsync(before, after, "changed", actor?.Name, "mac_address", cancellationToken).ConfigureAwait(false))
            {
                case null:
                    continue;
                case DeviceResult.Done done:
                    return done with { InterfaceId = changed.Id };
                case var result:
                    return result;
            }
        }
    }

    /// <summary>Replaces the links of a device by the default ones, and removes interfaces that are not hardware.</summary>
    /// <param name="id">Which device.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<DeviceResult> RestoreNetworkAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken = default) =>
        EditNetworkAsync(id, actor, DeviceNetworks.Restore, cancellationToken);

    /// <summary>Deletes a device, and the devices that belong to it. Their addresses are free again.</summary>
    /// <param name="id">Which device.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DeviceResult> DeleteAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await FindAsync(id, actor, cancellationToken).ConfigureAwait(false) is not var (device, refusal)) return NoDevice;
            if (refusal is not null) return refusal;
            var changes = await _store.DeleteAsync(device, cancellationToken).ConfigureAwait(false);
            var batch = Batch(changes, device, "deleted", actor?.Name);
            if (await _store.CommitAsync(batch, cancellationToken).ConfigureAwait(false) is RecordResult.Saved)
                return new DeviceResult.Done(device);
        }
    }

    private static DeviceResult NoDevice => new DeviceResult.NotFound(Noun);

    private async Task<(Device Device, DeviceResult? Refusal)?> FindAsync(
        SystemId id, MachineActor? actor, CancellationToken cancellationToken)
    {
        if (await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } device) return null;
        return (device, actor?.MayEdit(device) == false ? new DeviceResult.Denied(MachineActor.NotPermitted) : null);
    }

    private async Task<DeviceResult?> CheckAsync(
        Device device, Device? before, TopologySnapshot topology, CancellationToken cancellationToken)
    {
        if (NodeRules.CheckName(device.Hostname, device.Domain, before?.Hostname, _reserved) is var (name, reason))
            return new DeviceResult.Refused(name, reason);
        if (NodeRules.CheckTexts(device.Description, device.OwnerData, device.Tags) is var (text, fault))
            return new DeviceResult.Refused(text, fault);
        if (device.Domain != before?.Domain && topology.FindDomain(device.Domain) is null)
            return new DeviceResult.Refused("domain", TopologyRules.NotAChoice);
        if (device.ZoneId != before?.ZoneId && topology.Zones.All(zone => zone.Id != device.ZoneId))
            return new DeviceResult.Refused("zone", TopologyRules.NotAChoice);
        return device.Parent is { } parent && parent != before?.Parent
            && (parent == device.SystemId
                || await _store.Identities.FindNodeAsync(parent.ToString(), cancellationToken).ConfigureAwait(false) is null)
            ? new DeviceResult.Refused("parent", TopologyRules.NotAChoice)
            : null;
    }

    private static DeviceResult.Refused? CheckAddresses(Device device)
    {
        var addresses = device.MacAddresses;
        foreach (var address in addresses)
        {
            if (!address.IsUnicast) return new DeviceResult.Refused("mac_addresses", $"{address} does not name one interface.");
            if (addresses.Count(each => each == address) > 1)
                return new DeviceResult.Refused("mac_address", $"MAC address {address} is already in use by another interface.");
        }

        return addresses.Count <= MachineRules.MostInterfaces ? null
            : new DeviceResult.Refused("mac_addresses", $"A device has at most {MachineRules.MostInterfaces} addresses.");
    }

    /// <summary>Saves a device; <see langword="null"/> when something that it depends on has changed: it is decided again.</summary>
    private async Task<DeviceResult?> SaveAsync(
        Device? before, Device after, string verb, string? actor, string addressField, CancellationToken cancellationToken,
        RecordChange? next = null)
    {
        var changes = await _store.SaveAsync(before, after, next, cancellationToken).ConfigureAwait(false);
        var result = await _store.CommitAsync(Batch(changes, after, verb, actor), cancellationToken).ConfigureAwait(false);
        if (result is RecordResult.Saved { Records: [Device device, ..] }) return new DeviceResult.Done(device);
        return await _store.Identities.FindTakenAsync(result, NodeIdentity.Of(after), cancellationToken).ConfigureAwait(false) switch
        {
            null when result is RecordResult.Conflict or RecordResult.Duplicate or RecordResult.Dangling => null,
            null => throw new UnreachableException(result.ToString()),
            { Field: "mac_addresses" } taken =>
                new DeviceResult.Refused(addressField, await DescribeAsync(taken.Value, cancellationToken).ConfigureAwait(false)),
            var taken => new DeviceResult.Refused(taken.Field, NodeIdentities.NameTaken),
        };
    }

    private async Task<string> DescribeAsync(string address, CancellationToken cancellationToken)
    {
        var held = await _store.Identities.FindAsync([MacAddress.Parse(address)], cancellationToken).ConfigureAwait(false);
        return held.Count == 0 ? $"MAC address {address} already in use." : $"MAC address {address} already in use by another node.";
    }

    private RecordBatch Batch(IReadOnlyList<RecordChange> changes, Device device, string verb, string? actor) => new()
    {
        At = _timeProvider.GetUtcNow(),
        Changes = changes,
        Events = [new EventNote(EventLevel.Audit, Noun, $"Device '{device.Hostname}' was {verb}.", actor)],
    };
}
