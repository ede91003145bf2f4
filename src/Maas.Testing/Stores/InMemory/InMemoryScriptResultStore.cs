using Maas.Core;
using Maas.Core.Scripts;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryScriptResultStore(InMemoryDatabase database) : IScriptResultStore
{
    public Task<IReadOnlyList<ScriptResult>> ListAsync(SystemId machine, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<ScriptResult>)[.. Newest(state).Where(result => result.MachineId == machine)], cancellationToken);

    public Task<IReadOnlyList<ScriptResult>> ListCurrentAsync(
        IReadOnlyCollection<SystemId> machines, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<ScriptResult>)[.. Newest(state)
            .Where(result => machines.Contains(result.MachineId))
            .GroupBy(result => (result.MachineId, result.Kind))
            .SelectMany(results => results.Where(result => result.OperationId == results.First().OperationId))
            .OrderByDescending(result => result.Id)],
        cancellationToken);

    public Task<ScriptResult?> GetAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.ScriptResults.Find(id)?.Result, cancellationToken);

    public Task<ScriptOutput?> GetOutputAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        state => state.ScriptResults.Find(id) is { } stored ? stored.Output ?? new ScriptOutput(default, default, default) : null,
        cancellationToken);

    public Task<bool> UpdateAsync(ScriptResult result, ScriptOutput? output, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            if (state.ScriptResults.Find(result.Id) is not { } stored || !StoreRules.IsUnfinished(stored.Result.Status))
                return (state, false);
            var updated = new StoredScriptResult(
                stored.Result with
                {
                    Status = result.Status, ExitStatus = result.ExitStatus, Started = result.Started, Ended = result.Ended,
                },
                output is null ? stored.Output : Copy(output));
            var results = state.ScriptResults.Set(result.Id, updated);
            var revisions = state.ResultRevisions;
            if (state.Machines.GetValueOrDefault(stored.Result.MachineId) is { } machine)
                revisions = revisions.SetItem(machine.Number, revisions.GetValueOrDefault(machine.Number) + 1);
            return (state with
            {
                ScriptResults = ApplyQuotas(results, stored.Result.MachineId, database.Limits.Quotas), ResultRevisions = revisions,
            }, true);
        },
        cancellationToken);

    public Task SuppressAsync(
        SystemId machine, IReadOnlyCollection<long> ids, bool suppressed, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            var results = state.ScriptResults;
            foreach (var (id, stored) in Named(state, machine, ids))
                results = results.Set(id, stored with { Result = stored.Result with { Suppressed = suppressed } });
            return (Raise(state, machine) with { ScriptResults = results }, true);
        },
        cancellationToken);

    public Task DeleteAsync(SystemId machine, IReadOnlyCollection<long> ids, CancellationToken cancellationToken) => database.WriteAsync(
        state => (
            Raise(state, machine) with { ScriptResults = state.ScriptResults.Remove(Named(state, machine, ids).Select(row => row.Key)) },
            true),
        cancellationToken);

    public Task ReplaceAsync(
        SystemId machine, IReadOnlyCollection<long> ids, IReadOnlyList<ScriptResult> added, CancellationToken cancellationToken) =>
        database.WriteAsync(
            state =>
            {
                var pending = Named(state, machine, ids).Where(row => row.Value.Result.Status == ScriptStatus.Pending);
                var results = state.ScriptResults.Remove(pending.Select(row => row.Key));
                foreach (var result in added) results = results.Add(id => new StoredScriptResult(result with { Id = id }, null));
                return (Raise(state, machine) with { ScriptResults = results }, true);
            },
            cancellationToken);

    private static List<KeyValuePair<long, StoredScriptResult>> Named(
        InMemoryState state, SystemId machine, IReadOnlyCollection<long> ids) =>
        [.. state.ScriptResults.Newest.Where(row => ids.Contains(row.Key) && row.Value.Result.MachineId == machine)];

    private static InMemoryState Raise(InMemoryState state, SystemId id) => state.Machines.GetValueOrDefault(id) is { } machine
        ? state with
        {
            ResultRevisions = state.ResultRevisions.SetItem(
                machine.Number, state.ResultRevisions.GetValueOrDefault(machine.Number) + 1),
        }
        : state;

    private static IEnumerable<ScriptResult> Newest(InMemoryState state) => state.ScriptResults.Newest.Select(row => row.Value.Result);

    private static ScriptOutput Copy(ScriptOutput output) =>
        new(output.Combined.ToArray(), output.StandardOutput.ToArray(), output.StandardError.ToArray())
        {
            Report = output.Report.ToArray(),
        };

    private static Table<StoredScriptResult> ApplyQuotas(Table<StoredScriptResult> results, SystemId machine, StoreQuotas quotas)
    {
        var ofMachine = results.Newest.Where(row => row.Value.Result.MachineId == machine).ToList();
        results = results.Remove(ofMachine.Skip(quotas.ScriptResultsPerMachine).Select(row => row.Key));
        var bytes = 0L;
        var isNewest = true;
        foreach (var (id, stored) in ofMachine.Take(quotas.ScriptResultsPerMachine).Where(row => row.Value.Output is not null))
        {
            bytes += stored.OutputBytes;
            if (bytes > quotas.ScriptOutputBytesPerMachine && !isNewest) results = results.Set(id, stored with { Output = null });
            isNewest = false;
        }

        return results;
    }
}
