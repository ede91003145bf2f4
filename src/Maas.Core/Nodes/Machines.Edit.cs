using System.Diagnostics;
using Maas.Core.Inventory;
using Maas.Core.Events;
using Maas.Core.Power;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <content>Creating and describing machines.</content>
public sealed partial class Machines
{
    /// <summary>Creates a New machine on behalf of a user.</summary>
    public Task<CreateResult> CreateAsync(NewMachine machine, string? by, CancellationToken cancellationToken = default) =>
        InsertAsync(machine, new EventNote(EventLevel.Info, "New", "Created.", by), null, cancellationToken);

    /// <summary>
    /// A machine makes itself known. One that has any of the addresses already, and is New or Commissioning, is
    /// <see cref="CreateResult.Known"/> and stays as it is (the same boot twice makes one machine): further addresses come only
    /// from the inventory that it sends with its own token. In any other status it is refused as a duplicate.
    /// </summary>
    public async Task<CreateResult> EnlistAsync(NewMachine machine, CancellationToken cancellationToken = default)
    {
        // A second pass: between looking and storing, the same machine may have come in by another door.
        for (var pass = 0; ; pass++)
        {
            var known = await _store.ListAsync(new MachineFilter { MacAddresses = machine.MacAddresses }, cancellationToken).ConfigureAwait(
                false);
            if (machine.MacAddresses.Count > 0 && known.Count > 0) return AlreadyKnown(known);
            var result = await InsertAsync(
                machine, new EventNote(EventLevel.Info, "New", "Enlisted."), _options.MostNewMachines, cancellationToken).ConfigureAwait(
                    false);
            if (result is not CreateResult.Refused { Field: "mac_addresses" } || pass > 0) return result;
        }
    }

    /// <summary>
    /// Changes a machine's description: host name, architecture, power, owner data, tags, zone, pool, boot disk … An edit of its life
    /// (status, owner, deadline, deployment) is refused by the fields' names: commands change it. <paramref name="edit"/> may be called
    /// more than once.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">
    /// The user who edits: permission and lock are evaluated on the version that is written. <see langword="null"/> for the system, which
    /// is not checked.
    /// </param>
    /// <param name="edit">A pure function of the machine that it is given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<EditResult> EditAsync(SystemId id, MachineActor? actor, Func<Machine, Machine> edit, CancellationToken cancellationToken =
        default) =>
        SaveEditAsync(id, actor, edit, DescriptionChanged(actor?.Name), cancellationToken);

    /// <summary>An edit that another right than that on the machine allows, such as an administrator's on a tag.</summary>
    internal Task<EditResult> EditForAsync(SystemId id, string? by, Func<Machine, Machine> edit, CancellationToken cancellationToken) =>
        SaveEditAsync(id, null, edit, DescriptionChanged(by), cancellationToken);

    private static EventNote DescriptionChanged(string? by) =>
        new(EventLevel.Audit, "Updated", "The machine's description was changed.", by);

    /// <summary>Takes over what the inventory says. Interfaces that another node has already are left to it.</summary>
    internal async Task SetHardwareAsync(SystemId id, Hardware hardware, CancellationToken cancellationToken)
    {
        var free = new List<MacAddress>();
        MacAddress[] found = [.. hardware.Interfaces.Select(nic => nic.MacAddress).Where(address => address.IsUnicast).Distinct()];
        var held = await _devices.Identities.FindAsync(found, cancellationToken).ConfigureAwait(false);
        foreach (var address in found.Except(held.Select(each => each.MacAddress)))
        {
            if (await _store.FindByMacAsync(address, cancellationToken).ConfigureAwait(false) is null) free.Add(address);
        }

        await EditInventoryAsync(
            id, null, TakeOver, new EventNote(EventLevel.Info, "Inventory", "The inventory was taken."), cancellationToken)
            .ConfigureAwait(false);

        Machine TakeOver(Machine machine) => machine with
        {
            Hardware = hardware,
            CpuCount = hardware.Cpu.Count,
            MemoryMiB = hardware.MemoryMiB,
            HardwareUuid = hardware.Identity.Uuid.Length > 0 ? hardware.Identity.Uuid : machine.HardwareUuid,
            MacAddresses = [.. machine.MacAddresses.Union(free).Take(MachineRules.MostInterfaces)],
        };
    }

    /// <summary>
    /// Takes over what a deployed machine reports of its hardware (<see cref="HardwareSync"/>): processors, memory and devices as they are
    /// now, and disks and interfaces that are new. No interface becomes an address of the machine, and no disk or interface is removed.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="inventory">What the inventory script printed there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<HardwareSyncResult> SyncHardwareAsync(
        SystemId id, ReadOnlyMemory<byte> inventory, CancellationToken cancellationToken = default)
    {
        if (!InventoryParser.TryParse(inventory.Span, out var reported, out var error)) return new HardwareSyncResult.Unreadable(error);
        switch (await ReportAsync(id, new MachineReport.HardwareReported(), cancellationToken).ConfigureAwait(false))
        {
            case CommandResult.Refused refused: return new HardwareSyncResult.Refused(refused.Reason);
            case CommandResult.NotFound: return new HardwareSyncResult.NotFound();
        }

        await EditInventoryAsync(
            id, null, TakeOver, new EventNote(EventLevel.Debug, "Inventory", "The machine reported its hardware."), cancellationToken)
            .ConfigureAwait(false);
        return new HardwareSyncResult.Synced();

        Machine TakeOver(Machine machine) => machine with
        {
            Hardware = HardwareSync.Merge(machine.Hardware, reported),
            CpuCount = reported.Cpu.Count,
            MemoryMiB = reported.MemoryMiB,
        };
    }

    /// <summary>
    /// Forgets a PCI or USB device of a machine. The next inventory that finds it lists it again.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user, an administrator; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="device">The device's <see cref="HardwareDevice.Id"/>; for one that does not exist, nothing changes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<EditResult> DeleteHardwareDeviceAsync(
        SystemId id, MachineActor? actor, int device, CancellationToken cancellationToken = default) => EditInventoryAsync(
        id,
        actor,
        machine => machine.Hardware is { } hardware ? machine with { Hardware = HardwareDevice.Without(hardware, device) } : machine,
        new EventNote(EventLevel.Audit, "Updated", "A device was removed from the machine's inventory.", actor?.Name),
        cancellationToken);

    private async Task<EditResult> EditInventoryAsync(
        SystemId id, MachineActor? actor, Func<Machine, Machine> edit, EventNote note, CancellationToken cancellationToken)
    {
        // A tag whose definition is new meanwhile may have been evaluated on the inventory before this one: then once more.
        TagDefinitions? evaluated = null;
        EditResult result;
        do
        {
            result = await SaveEditAsync(id, actor, edit, evaluated is null ? note : null, cancellationToken, ListDefinitionsAsync)
                .ConfigureAwait(false);
        }
        while (evaluated?.HasSameTags(await ReadDefinitionsAsync(cancellationToken).ConfigureAwait(false)) is false);
        return result;

        async Task<TagDefinitions> ListDefinitionsAsync() =>
            evaluated = await ReadDefinitionsAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<EditResult> SaveEditAsync(
        SystemId id, MachineActor? actor, Func<Machine, Machine> edit, EventNote? note, CancellationToken cancellationToken,
        Func<Task<TagDefinitions>>? listDefinitions = null)
    {
        while (true)
        {
            if (await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } machine) return new EditResult.NotFound();
            var definitions = listDefinitions is null ? null : await listDefinitions().ConfigureAwait(false);
            var wanted = edit(machine);
            if (definitions is not null) wanted = definitions.Apply(wanted);
            if (MachineLife.ChangesOf(machine, wanted) is { Count: > 0 } fields)
                return new EditResult.Refused(
                    fields[0], $"An edit cannot change {string.Join(", ", fields)}: commands change them ({nameof(ExecuteAsync)}).");
            var edited = MachineRules.WithDescriptionOf(machine, wanted);
            if (actor?.Deny(machine, edited) is { } denied) return denied;
            if (MachineRules.Check(edited, machine, _options.ReservedHostnames) is var (field, reason))
                return new EditResult.Refused(field, reason);
            if (await CheckPlaceAsync(edited, machine, cancellationToken).ConfigureAwait(false) is var (place, unknown))
                return new EditResult.Refused(place, unknown);
            if (!machine.Power.HasSameValuesAs(edited.Power)
                && _power.Validate(new MachinePowerTarget(edited.Id, edited.Power, edited.MacAddresses)) is { } fault)
                return new EditResult.Refused(fault.Field, fault.Reason);
            (edited, var records, var wrongDisk) = await _configs.EditAsync(machine, edited, cancellationToken).ConfigureAwait(false);
            if (wrongDisk is not null) return new EditResult.Refused("boot_disk", wrongDisk.Message);
            var change = new MachineChange
            {
                Machine = edited, At = _clock.GetUtcNow(), Events = note is null ? [] : [note],
                Records = [.. definitions?.Requirements ?? [], .. records],
            };
            switch (await SaveAsync(machine, change, cancellationToken).ConfigureAwait(false))
            {
                case SaveResult.Saved saved:
                    return new EditResult.Done(saved.Machines[0]);
                case SaveResult.Taken taken:
                    return new EditResult.Refused(taken.Field, AlreadyTaken(taken));
                default:
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
            }
        }
    }

    private async Task<TagDefinitions> ReadDefinitionsAsync(CancellationToken cancellationToken) =>
        new(await Tags.ListAsync(_records, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// The caller has shown nothing but an address, which is no secret: it learns that the machine is known, and changes nothing.
    /// </summary>
    private static CreateResult AlreadyKnown(IReadOnlyList<Machine> known) =>
        known is [{ Status: MachineStatus.New or MachineStatus.Commissioning } only]
        ? new CreateResult.Known(only)
        : new CreateResult.Refused("mac_addresses", "A MAC address is already in use.") { AddressHolder = known[0], IsAddressTaken = true };

    private async Task<CreateResult> InsertAsync(NewMachine spec, EventNote note, int? mostNew, CancellationToken cancellationToken)
    {
        while (true)
        {
            var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
            var machine = MachineRules.Make(spec, spec.Id ?? SystemId.New(), topology.DefaultDomain.Name, _clock.GetUtcNow()) with
            {
                MadeItselfKnown = mostNew is not null,
            };
            // A machine that makes itself known may have been named elsewhere.
            if (mostNew is not null && topology.FindDomain(machine.Domain) is null)
                machine = machine with { Domain = topology.DefaultDomain.Name };
            if (MachineRules.Check(machine, null, _options.ReservedHostnames) is var (field, reason))
                return new CreateResult.Refused(field, reason);
            if (await CheckPlaceAsync(machine, null, cancellationToken).ConfigureAwait(false) is var (place, unknown))
                return new CreateResult.Refused(place, unknown);
            if (!machine.Power.IsManual
                && _power.Validate(new MachinePowerTarget(machine.Id, machine.Power, machine.MacAddresses)) is { } fault)
                return new CreateResult.Refused(fault.Field, fault.Reason);
            switch (await SaveAsync(
                null, new MachineChange { Machine = machine, At = machine.Created, Events = [note], MostNew = mostNew },
                    cancellationToken).ConfigureAwait(false))
            {
                case SaveResult.Saved saved:
                    return new CreateResult.Created(saved.Machines[0]);
                case SaveResult.Full:
                    return new CreateResult.Full($"{mostNew} machines are New already: accept or delete some of them first.");
                case SaveResult.Taken { Field: "system_id" } when spec.Id is null:
                    continue;
                case SaveResult.RecordRefused: // the domain was deleted meanwhile
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                case SaveResult.Taken taken:
                    var holder = taken.Field == "mac_addresses"
                        ? await _store.FindByMacAsync(MacAddress.Parse(taken.Value), cancellationToken).ConfigureAwait(false) : null;
                    return new CreateResult.Refused(taken.Field, AlreadyTaken(taken))
                    {
                        AddressHolder = holder, IsAddressTaken = taken.Field == "mac_addresses",
                    };
                default:
                    throw new UnreachableException();
            }
        }
    }

    /// <summary>A domain, a zone or a pool that the machine comes into exists.</summary>
    private async ValueTask<(string Field, string Reason)?> CheckPlaceAsync(
        Machine machine, Machine? before, CancellationToken cancellationToken)
    {
        if (machine.ZoneId == (before?.ZoneId ?? Zone.DefaultId) && machine.PoolId == (before?.PoolId ?? ResourcePool.DefaultId)
            && machine.Domain == before?.Domain)
            return null;
        var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
        return machine.Domain != before?.Domain && topology.FindDomain(machine.Domain) is null ? ("domain", TopologyRules.NotAChoice)
            : topology.Zones.All(zone => zone.Id != machine.ZoneId) ? ("zone", TopologyRules.NotAChoice)
            : topology.ResourcePools.All(pool => pool.Id != machine.PoolId) ? ("pool", TopologyRules.NotAChoice)
            : null;
    }

    private static string AlreadyTaken(SaveResult.Taken taken) => taken.Field switch
    {
        "hostname" => NodeIdentities.NameTaken,
        "mac_addresses" => $"MAC address {taken.Value} already in use.",
        _ => $"'{taken.Value}' is taken already.",
    };
}
