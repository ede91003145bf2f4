using Maas.Core.Events;

namespace Maas.Core.Nodes;

/// <content>Forgetting machines.</content>
public sealed partial class Machines
{
    /// <summary>
    /// Forgets a machine with all its tokens, results and addresses, and the devices that belong to it; its events stay. A locked machine
    /// is kept.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user, an administrator; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<CommandResult> DeleteAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken = default) =>
        DeleteAsync(id, actor, _ => true, cancellationToken);

    private async Task<CommandResult> DeleteAsync(
        SystemId id, MachineActor? actor, Func<Machine, bool> isMeant, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } machine) return new CommandResult.NotFound();
            if (actor is { IsAdministrator: false })
                return new CommandResult.Refused(machine, "delete", MachineActor.NotPermitted, RefusalKind.Permission);
            if (actor is not null && machine.Locked)
                return new CommandResult.Refused(machine, "delete", "The machine is locked.", RefusalKind.Locked);
            if (!isMeant(machine)) return new CommandResult.NotFound();
            var note = new EventNote(EventLevel.Audit, "Deleted", "The machine was deleted.", actor?.Name);
            var deletion = new MachineDeletion(id, machine.Version, note, _clock.GetUtcNow())
            {
                Records =
                [
                    .. await _configs.DeleteAsync(machine, cancellationToken).ConfigureAwait(false),
                    .. await _devices.Identities.ChangesAsync(NodeIdentity.Of(machine), null, cancellationToken).ConfigureAwait(false),
                    .. await _devices.DeleteChildrenOfAsync(id, cancellationToken).ConfigureAwait(false),
                ],
            };
            cancellationToken.ThrowIfCancellationRequested();
            if (!await _store.DeleteAsync(deletion, cancellationToken).ConfigureAwait(false)) continue;
            _devices.Raise();
            return new CommandResult.Done(machine);
        }
    }

    /// <summary>Forgets New machines that made themselves known and were not heard of since; how many.</summary>
    internal async Task<int> ForgetSilentAsync(CancellationToken cancellationToken)
    {
        if (_options.NewMachineLifetime <= TimeSpan.Zero) return 0;
        var forgotten = 0;
        foreach (var id in await _store.ListSilentAsync(_clock.GetUtcNow() - _options.NewMachineLifetime, cancellationToken).ConfigureAwait(
            false))
            if (await DeleteNewAsync(id, null, cancellationToken).ConfigureAwait(false)) forgotten++;
        return forgotten;
    }

    /// <summary>Deletes every New machine that is not locked: what strangers filled the list with. Accepted machines stay.</summary>
    /// <param name="actor">The user, an administrator; <see langword="null"/> for the system.</param>
    /// <param name="createdBefore">Only those made before this time; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait. What was deleted by then stays deleted.</param>
    /// <returns>How many were deleted.</returns>
    public async Task<int> DeleteNewAsync(MachineActor? actor, DateTimeOffset? createdBefore = null, CancellationToken cancellationToken =
        default)
    {
        if (actor is { IsAdministrator: false }) return 0;
        var deleted = 0;
        foreach (var some in (await ListAsync(new MachineFilter { Statuses = [MachineStatus.New] }, cancellationToken).ConfigureAwait(
            false))
            // side by side, so that they share transactions
            .Where(machine => createdBefore is not { } before || machine.Created < before).Chunk(64))
        {
            var each = await Task.WhenAll(some.Select(machine => DeleteNewAsync(machine.Id, actor, cancellationToken))).ConfigureAwait(
                false);
            deleted += each.Count(done => done);
        }

        return deleted;
    }

    // Decided on the version that is deleted: a machine that was accepted meanwhile stays.
    private async Task<bool> DeleteNewAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken) =>
        await DeleteAsync(id, actor, machine => machine.Status is MachineStatus.New && !machine.Locked, cancellationToken).ConfigureAwait(
        false) is CommandResult.Done;
}
