using System.Diagnostics;
using Maas.Core.Inventory;
using Maas.Core.Events;
using Maas.Core.Power;

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

    /// <summary>Takes over what the inventory says. Interfaces that another machine has already are left to it.</summary>
    internal async Task SetHardwareAsync(SystemId id, Hardware hardware, CancellationToken cancellationToken)
    {
        var free = new List<MacAddress>();
        foreach (var address in hardware.Interfaces.Select(nic => nic.MacAddress).Where(address => address.IsUnicast).Distinct())
        {
            if (await _store.FindByMacAsync(address, cancellationToken).ConfigureAwait(false) is null) free.Add(address);
        }

        await SaveEditAsync(
            id, null, TakeOver, new EventNote(EventLevel.Info, "Inventory", "The inventory was taken."), cancellationToken).ConfigureAwait(
                false);

        Machine TakeOver(Machine machine) => machine with
        {
            Hardware = hardware,
            CpuCount = hardware.Cpu.Count,
            MemoryMiB = hardware.MemoryMiB,
            HardwareUuid = hardware.Identity.Uuid.Length > 0 ? hardware.Identity.Uuid : machine.HardwareUuid,
            MacAddresses = [.. machine.MacAddresses.Union(free).Take(MachineRules.MostInterfaces)],
        };
    }

    private async Task<EditResult> SaveEditAsync(
        SystemId id, MachineActor? actor, Func<Machine, Machine> edit, EventNote? note, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } machine) return new EditResult.NotFound();
            var wanted = edit(machine);
            if (MachineLife.ChangesOf(machine, wanted) is { Count: > 0 } fields)
                return new EditResult.Refused(
                    fields[0], $"An edit cannot change {string.Join(", ", fields)}: commands change them ({nameof(ExecuteAsync)}).");
            var edited = MachineRules.WithDescriptionOf(machine, wanted);
            if (actor?.Deny(machine, edited) is { } denied) return denied;
            if (MachineRules.Check(edited, machine, _options.ReservedHostnames) is var (field, reason))
                return new EditResult.Refused(field, reason);
            if (!SamePower(machine.Power, edited.Power)
                && _power.Validate(new MachinePowerTarget(edited.Id, edited.Power, edited.MacAddresses)) is { } fault)
                return new EditResult.Refused(fault.Field, fault.Reason);
            var change = new MachineChange { Machine = edited, At = _clock.GetUtcNow(), Events = note is null ? [] : [note] };
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

    /// <summary>
    /// The caller has shown nothing but an address, which is no secret: it learns that the machine is known, and changes nothing.
    /// </summary>
    private static CreateResult AlreadyKnown(IReadOnlyList<Machine> known) =>
        known is [{ Status: MachineStatus.New or MachineStatus.Commissioning } only]
        ? new CreateResult.Known(only)
        : new CreateResult.Refused("mac_addresses", "A MAC address is already in use.") { AddressHolder = known[0] };

    private async Task<CreateResult> InsertAsync(NewMachine spec, EventNote note, int? mostNew, CancellationToken cancellationToken)
    {
        while (true)
        {
            var machine = MachineRules.Make(spec, spec.Id ?? SystemId.New(), _options.Domain, _clock.GetUtcNow()) with { MadeItselfKnown =
                mostNew is not null };
            if (MachineRules.Check(machine, null, _options.ReservedHostnames) is var (field, reason))
                return new CreateResult.Refused(field, reason);
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
                case SaveResult.Taken taken:
                    var holder = taken.Field == "mac_addresses"
                        ? await _store.FindByMacAsync(MacAddress.Parse(taken.Value), cancellationToken).ConfigureAwait(false) : null;
                    return new CreateResult.Refused(taken.Field, AlreadyTaken(taken)) { AddressHolder = holder };
                default:
                    throw new UnreachableException();
            }
        }
    }

    private static bool SamePower(PowerSettings before, PowerSettings after) =>
        before.Type == after.Type && before.Parameters.Count == after.Parameters.Count
        && before.Parameters.All(each => after.Parameters.TryGetValue(each.Key, out var value) && value == each.Value);

    private static string AlreadyTaken(SaveResult.Taken taken) => taken.Field switch
    {
        "hostname" => "Node with this Hostname already exists.",
        "mac_addresses" => $"MAC address {taken.Value} already in use.",
        _ => $"'{taken.Value}' is taken already.",
    };
}
