using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryPowerQueue(InMemoryDatabase database) : IPowerQueue
{
    public Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync(
        DateTimeOffset now, TimeSpan duration, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            var actions = state.PowerActions.RemoveWhere(action => action.IsWithdrawn && action.ClaimedUntil <= now);
            var claimed = OldestOfMachines(actions)
                .Where(row => row.Value.Due <= now && row.Value.ClaimedUntil <= now)
                .OrderBy(row => row.Value.Due)
                .Take(limit)
                .ToList();
            foreach (var (id, action) in claimed)
                actions = actions.Set(id, action with { ClaimedUntil = now + duration, Claim = action.Claim + 1 });
            return (state with { PowerActions = actions }, (IReadOnlyList<QueuedPowerAction>)[.. claimed.Select(row =>
                new QueuedPowerAction(row.Key, row.Value.MachineId, row.Value.Effect, row.Value.Attempts, row.Value.Claim + 1))]);
        },
        cancellationToken);

    public Task PostponeAsync(QueuedPowerAction action, DateTimeOffset due, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state =>
        {
            if (state.PowerActions.Find(action.Id) is not { } stored || stored.Claim != action.Claim) return (state, false);
            var actions = stored.IsWithdrawn
                ? state.PowerActions.Remove(action.Id)
                : state.PowerActions.Set(action.Id, stored with
                {
                    Due = due, ClaimedUntil = DateTimeOffset.MinValue, Attempts = stored.Attempts + 1, Failure = reason,
                });
            return (state with { PowerActions = actions }, true);
        },
        cancellationToken);

    public Task ReleaseAsync(QueuedPowerAction action, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            if (state.PowerActions.Find(action.Id) is not { } stored || stored.Claim != action.Claim) return (state, false);
            var actions = stored.IsWithdrawn
                ? state.PowerActions.Remove(action.Id)
                : state.PowerActions.Set(action.Id, stored with { ClaimedUntil = DateTimeOffset.MinValue });
            return (state with { PowerActions = actions }, true);
        },
        cancellationToken);

    public Task<bool> ExtendAsync(QueuedPowerAction action, DateTimeOffset until, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state => state.PowerActions.Find(action.Id) is { } stored && stored.Claim == action.Claim
            ? (state with { PowerActions = state.PowerActions.Set(action.Id, stored with { ClaimedUntil = until }) }, true)
            : (state, false),
        cancellationToken);

    public Task DropAsync(QueuedPowerAction action, CancellationToken cancellationToken) => database.WriteAsync(
        state => state.PowerActions.Find(action.Id)?.Claim == action.Claim
            ? (state with { PowerActions = state.PowerActions.Remove(action.Id) }, true)
            : (state, false),
        cancellationToken);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => database.ReadAsync(
        state => OldestOfMachines(state.PowerActions)
            .Select(row => (DateTimeOffset?)(row.Value.Due > row.Value.ClaimedUntil ? row.Value.Due : row.Value.ClaimedUntil))
            .Min(),
        cancellationToken);

    public Task<string?> GetFailureAsync(SystemId machine, CancellationToken cancellationToken) => database.ReadAsync(
        state => state.PowerActions.Values
            .FirstOrDefault(action => action.MachineId == machine && action is { IsWithdrawn: false, Failure: not null })?.Failure,
        cancellationToken);

    public Task<int> CountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.PowerActions.Values.Count(action => !action.IsWithdrawn), cancellationToken);

    private static IEnumerable<KeyValuePair<long, StoredPowerAction>> OldestOfMachines(Table<StoredPowerAction> actions) =>
        actions.All.DistinctBy(row => row.Value.MachineId);
}
