using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Core.Stores;

/// <summary>
/// Encrypts the values of machines' power parameters, which may be passwords of their controllers, before they reach the store. Which of
/// them are secret is known to the driver alone, so all are encrypted.
/// </summary>
internal sealed class EncryptedMachineStore(IMachineStore store, SecretCipher cipher) : IMachineStore
{
    private const int AtOnce = 100;

    public async Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken) =>
        Open(await store.GetAsync(id, cancellationToken).ConfigureAwait(false));

    public async Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken) =>
        Open(await store.FindByMacAsync(address, cancellationToken).ConfigureAwait(false));

    public async Task<IReadOnlyList<Machine>> ListAsync(MachineFilter filter, CancellationToken cancellationToken) =>
        Open(await store.ListAsync(filter, cancellationToken).ConfigureAwait(false));

    public Task<IReadOnlyList<SystemId>> ListIdsAsync(MachineFilter filter, CancellationToken cancellationToken) =>
        store.ListIdsAsync(filter, cancellationToken);

    public Task<MachineCount> CountAsync(MachineFilter filter, MachineGrouping grouping, CancellationToken cancellationToken) =>
        store.CountAsync(filter, grouping, cancellationToken);

    public Task<IReadOnlyList<MachineRevision>> ListRevisionsAsync(MachineFilter filter, CancellationToken cancellationToken) =>
        store.ListRevisionsAsync(filter, cancellationToken);

    public async Task<IReadOnlyList<Machine>> ListCandidatesAsync(CandidateFilter filter, CancellationToken cancellationToken) =>
        Open(await store.ListCandidatesAsync(filter, cancellationToken).ConfigureAwait(false));

    public Task<IReadOnlyDictionary<MachineStatus, int>> CountAsync(CancellationToken cancellationToken) =>
        store.CountAsync(cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        store.ListOverdueAsync(now, cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListSilentAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        store.ListSilentAsync(since, cancellationToken);

    public async Task<SaveResult> SaveAsync(IReadOnlyList<MachineChange> changes, CancellationToken cancellationToken)
    {
        var result = await store.SaveAsync(Close(changes), cancellationToken).ConfigureAwait(false);
        return result is SaveResult.Saved saved ? new SaveResult.Saved(Open(saved.Machines)) : result;
    }

    public Task<bool> DeleteAsync(MachineDeletion deletion, CancellationToken cancellationToken) =>
        store.DeleteAsync(deletion, cancellationToken);

    public Task<byte[]?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken) =>
        store.GetUserDataAsync(id, cancellationToken);

    public Task<IReadOnlyList<MachineChanged>> ReadChangesAsync(long after, int limit, CancellationToken cancellationToken) =>
        store.ReadChangesAsync(after, limit, cancellationToken);

    public Task<long> GetLastChangeAsync(CancellationToken cancellationToken) => store.GetLastChangeAsync(cancellationToken);

    public Task WaitForChangeAsync(long after, CancellationToken cancellationToken) => store.WaitForChangeAsync(after, cancellationToken);

    public Task<RecordResult> ReplaceTagAsync(
        string name, string? replacement, RecordBatch batch, CancellationToken cancellationToken) =>
        store.ReplaceTagAsync(name, replacement, batch, cancellationToken);

    public Task<bool> DeleteUserAsync(
        string name, IReadOnlyList<MachineChange> machines, RecordBatch batch, CancellationToken cancellationToken) =>
        store.DeleteUserAsync(name, Close(machines), batch, cancellationToken);

    /// <summary>Encrypts the parameters that were stored before there was a key to encrypt them with.</summary>
    public async Task ProtectAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var after = 0L;
        try
        {
            while (true)
            {
                var filter = new MachineFilter { AfterNumber = after, Limit = AtOnce };
                var machines = await ListAsync(filter, cancellationToken).ConfigureAwait(false);
                MachineChange[] changes =
                [
                    .. machines.Where(machine => machine.Power.Parameters is EncryptedParameters { IsEncrypted: false })
                        .Select(machine => new MachineChange { Machine = machine, At = now }),
                ];
                // Unless it is saved, another process has changed the machine, and encrypts what it saves.
                foreach (var change in changes) await SaveAsync([change], cancellationToken).ConfigureAwait(false);
                if (machines.Count < AtOnce) return;
                after = machines[^1].Number;
            }
        }
        catch (StoreFullException)
        {
            // They stay as they are until the next start: a server with a full disk must start, so that it can be emptied.
        }
    }

    private Machine? Open(Machine? stored) =>
        stored is null ? null : stored with { Power = EncryptedParameters.Open(stored.Power, stored.Id, cipher) };

    private IReadOnlyList<Machine> Open(IReadOnlyList<Machine> stored) => [.. stored.Select(machine => Open(machine)!)]; // none is null

    private IReadOnlyList<MachineChange> Close(IReadOnlyList<MachineChange> changes) =>
    [
        .. changes.Select(change => change with
        {
            Machine = change.Machine with { Power = EncryptedParameters.Close(change.Machine.Power, change.Machine.Id, cipher) },
        }),
    ];
}
