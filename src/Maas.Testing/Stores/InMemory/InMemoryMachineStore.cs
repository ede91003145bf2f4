using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryMachineStore(InMemoryDatabase database) : IMachineStore
{
    private const int LargestList = 1000;

    public Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.Machines.GetValueOrDefault(id), cancellationToken);

    public Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken) => database.ReadAsync(
        state => state.MachineOfAddress.TryGetValue(address, out var id) ? state.Machines[id] : null, cancellationToken);

    public Task<IReadOnlyList<Machine>> ListAsync(MachineFilter filter, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<Machine>)[.. filter.Select(state.Machines.Values, state.Records)],
        cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListIdsAsync(MachineFilter filter, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<SystemId>)[.. filter.Select(state.Machines.Values, state.Records).Select(machine => machine.Id)],
        cancellationToken);

    public Task<MachineCount> CountAsync(MachineFilter filter, MachineGrouping grouping, CancellationToken cancellationToken) =>
        database.ReadAsync(
            state => MachineFilterMatch.Count(
                [
                    .. (filter with { AfterNumber = 0, AfterHostname = null, Offset = 0, Limit = null })
                        .Select(state.Machines.Values, state.Records),
                ],
                grouping),
            cancellationToken);

    public Task<IReadOnlyList<MachineRevision>> ListRevisionsAsync(MachineFilter filter, CancellationToken cancellationToken) =>
        database.ReadAsync(
        state => (IReadOnlyList<MachineRevision>)[.. filter.Select(state.Machines.Values, state.Records)
            .Select(machine => new MachineRevision(
                machine.Id, machine.Number, machine.Version, state.ResultRevisions.GetValueOrDefault(machine.Number)))],
        cancellationToken);

    public Task<IReadOnlyList<Machine>> ListCandidatesAsync(CandidateFilter filter, CancellationToken cancellationToken) =>
        database.ReadAsync(
            state =>
            {
                var matches = CandidateFilterMatch.On(filter, state.Records);
                return (IReadOnlyList<Machine>)[.. state.Machines.Values
                    .Where(matches).OrderBy(CandidateRank.Of).Take(filter.Limit)];
            },
            cancellationToken);

    public Task<IReadOnlyDictionary<MachineStatus, int>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyDictionary<MachineStatus, int>)state.Machines.Values.CountBy(machine => machine.Status).ToDictionary(),
        cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<SystemId>)[.. state.Machines.Values
            .Where(machine => machine.Deadline <= now)
            .OrderBy(machine => machine.Deadline)
            .Take(LargestList)
            .Select(machine => machine.Id)],
        cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListSilentAsync(DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<SystemId>)[.. state.Machines.Values
            .Where(machine => StoreRules.IsForgottenWhenSilent(machine, since)
                && !state.Observations.AnySince(machine.MacAddresses, since))
            .Take(LargestList)
            .Select(machine => machine.Id)],
        cancellationToken);

    public Task<SaveResult> SaveAsync(IReadOnlyList<MachineChange> changes, CancellationToken cancellationToken) =>
        database.WriteAsync(state => Save(state, changes), cancellationToken);

    public Task<bool> DeleteAsync(MachineDeletion deletion, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            if (state.Machines.GetValueOrDefault(deletion.Id) is not { } machine || machine.Version != deletion.Version)
                return (state, false);
            var subject = new EventSubject(machine.Id, machine.Hostname, machine.Owner, null);
            if (state.Records.Apply(deletion.Records, out var records, out _) is not null) return (state, false);
            var next = MachineSave.Delete(state, machine) with
            {
                Records = records,
                Events = state.Events.Add(deletion.At, subject, deletion.Note, database.Limits.EventsPerMachine, out _),
            };
            var change = new MachineChanged(0, deletion.At, machine.Id, machine.Version, machine.Status, null, null);
            return (MachineSave.AddChange(next, change, database.Limits.MachineChanges), true);
        },
        cancellationToken);

    public Task<byte[]?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken) =>
        database.ReadAsync(state => (byte[]?)state.UserData.GetValueOrDefault(id)?.Clone(), cancellationToken);

    public Task<IReadOnlyList<MachineChanged>> ReadChangesAsync(long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
        state =>
        {
            // The history has no gaps.
            var last = state.Changes.Last;
            var oldest = last - state.Changes.Count;
            if (after < oldest || after > last) throw new ChangeHistoryExpiredException(after, oldest);
            var count = (int)Math.Min(limit, last - after);
            return (IReadOnlyList<MachineChanged>)[.. Enumerable.Range(1, count).Select(next => state.Changes.Find(after + next)!)];
        },
        cancellationToken);

    public Task<long> GetLastChangeAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.Changes.Last, cancellationToken);

    public async Task WaitForChangeAsync(long after, CancellationToken cancellationToken)
    {
        // Taken before the look: a change that is saved in between completes it.
        var next = database.NextMachineChange;
        if (await GetLastChangeAsync(cancellationToken).ConfigureAwait(false) > after) return;
        await next.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<RecordResult> ReplaceTagAsync(
        string name, string? replacement, RecordBatch batch, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            var (changed, result) = RecordBatches.Save(state, batch, database.Limits);
            if (result is not RecordResult.Saved) return (state, result);
            var tagged = state.Machines.Values.Where(machine => machine.Tags.Contains(name)).OrderBy(machine => machine.Number);
            var (next, _) = Save(changed, [.. tagged.Select(machine => StoreRules.ReplaceTag(machine, name, replacement, batch.At))]);
            return (next, result);
        },
        cancellationToken);

    public Task<bool> DeleteUserAsync(
        string name, IReadOnlyList<MachineChange> machines, RecordBatch batch, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            var (moved, saved) = Save(state, machines);
            if (saved is not SaveResult.Saved) return (state, false);
            var (changed, result) = RecordBatches.Save(moved, batch, database.Limits);
            return result is not RecordResult.Saved || changed.Machines.Values.Any(machine => machine.Owner == name)
                || InMemoryAccountStore.IsLastAdministrator(changed, name)
                ? (state, false)
                : (InMemoryAccountStore.DeleteUser(changed, name), true);
        },
        cancellationToken);

    private (InMemoryState Next, SaveResult Result) Save(InMemoryState before, IReadOnlyList<MachineChange> changes)
    {
        var state = before;
        var saved = new List<Machine>(changes.Count);
        foreach (var change in changes)
        {
            if (MachineSave.Check(state, change) is { } refusal)
                return (changes.Count == 1 ? MachineSave.Refuse(state, change, refusal) : before, refusal);
            if (state.Records.Apply(change.Records, out var records, out _) is { } refused)
                return (before, new SaveResult.RecordRefused(refused));
            state = state with { Records = records };
            (state, var machine) = MachineSave.Apply(state, change, database.Limits);
            saved.Add(machine);
        }

        return (state, new SaveResult.Saved(saved));
    }
}
