using Maas.Core.Events;

namespace Maas.Core.Nodes;

/// <content>Machines that leave the authority of this server.</content>
public sealed partial class Machines
{
    /// <summary>
    /// Hands a deployed machine over to its owner: the installed system keeps running, and the machine is forgotten with its tokens,
    /// results, queued power actions and user data. A device has its name and addresses from then on, so that the system keeps them, and a
    /// boot from the network is not answered: the machine does not enlist again. All of it is one transaction.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user, who may release the machine; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    public async Task<HandOverResult> HandOverAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } machine) return new HandOverResult.NotFound();
            if (actor?.MayEdit(machine) is false) return new HandOverResult.Refused(MachineActor.NotPermitted, RefusalKind.Permission);
            if (machine.Locked) return new HandOverResult.Refused("The machine is locked.", RefusalKind.Locked);
            if (machine.Status is not MachineStatus.Deployed)
                return new HandOverResult.Refused(
                    $"Cannot hand over a machine that is in the '{machine.Status.DisplayName}' state.", RefusalKind.Status);
            var device = await DeviceOfAsync(machine, cancellationToken).ConfigureAwait(false);
            var children = await _devices.DeleteChildrenOfAsync(id, cancellationToken).ConfigureAwait(false);
            var to = machine.Owner is { } owner ? $" to {owner}" : "";
            var note = new EventNote(
                EventLevel.Audit, "Handed over",
                $"The machine was handed over{to}; device {device.SystemId} has its name and addresses.", actor?.Name);
            var deletion = new MachineDeletion(id, machine.Version, note, _clock.GetUtcNow())
            {
                Records =
                [
                    .. await _configs.DeleteAsync(machine, cancellationToken).ConfigureAwait(false),
                    .. await _devices.Identities.ChangesAsync(NodeIdentity.Of(machine), null, cancellationToken).ConfigureAwait(false),
                    // Their last change counts the changes of devices, which is done once.
                    .. children.SkipLast(1),
                    .. await _devices.SaveAsync(null, device, children.Count > 0 ? children[^1] : null, cancellationToken)
                        .ConfigureAwait(false),
                ],
            };
            if (!await _store.DeleteAsync(deletion, cancellationToken).ConfigureAwait(false)) continue;
            _devices.Raise();
            return new HandOverResult.Done(device);
        }
    }

    // Its interfaces keep their numbers and links: the system goes on to use the addresses.
    private async Task<Device> DeviceOfAsync(Machine machine, CancellationToken cancellationToken) => new()
    {
        SystemId = SystemId.New(),
        Hostname = machine.Hostname,
        Domain = machine.Domain,
        Description = machine.Description,
        ZoneId = machine.ZoneId,
        Owner = machine.Owner,
        OwnerData = machine.OwnerData,
        Network = (await _configs.ListAsync([machine], cancellationToken).ConfigureAwait(false))[machine.Id].Network,
        Created = _clock.GetUtcNow(),
    };

    // The last stage of cloud-init has removed what was ours: the system needs this server no longer.
    private async Task FinishHandOverAsync(CommandResult result, MachineReport report, CancellationToken cancellationToken)
    {
        if (report is MachineReport.StageFinished { Stage: "modules-final", Succeeded: true }
            && result is CommandResult.Done { Machine: { Status: MachineStatus.Deployed, Deployment.HandOver: true } machine })
            await HandOverAsync(machine.Id, null, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>What became of the wish to hand a machine over.</summary>
public abstract record HandOverResult
{
    private HandOverResult() { }

    /// <summary>The machine is forgotten, and its system keeps running.</summary>
    /// <param name="Device">The device that has its name and addresses.</param>
    public sealed record Done(Device Device) : HandOverResult;

    /// <summary>Nothing changed.</summary>
    /// <param name="Reason">In words.</param>
    /// <param name="Because">The kind of reason.</param>
    public sealed record Refused(string Reason, RefusalKind Because) : HandOverResult;

    /// <summary>There is no such machine.</summary>
    public sealed record NotFound : HandOverResult;
}
