using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Changes of the power queue that are part of other transactions.</summary>
internal static class PowerActions
{
    /// <summary>Applies the power effects of a change.</summary>
    public static Table<StoredPowerAction> Update(Table<StoredPowerAction> actions, MachineChange change)
    {
        var machine = change.Machine.Id;
        var queued = actions.Values.Where(action => action.MachineId == machine && !action.IsWithdrawn).Select(action => action.Effect);
        var update = PowerQueueUpdate.For([.. queued], change.Effects);
        if (update.WithdrawsAll) actions = Withdraw(actions, machine, change.At);
        foreach (var power in update.Additions)
            actions = actions.Add(_ => new StoredPowerAction(machine, power, PowerQueueUpdate.DueTime(power, change.At)));
        return actions;
    }

    public static InMemoryState ReleaseClaims(InMemoryState state)
    {
        var actions = state.PowerActions.RemoveWhere(action => action.IsWithdrawn);
        foreach (var (id, action) in actions.All) actions = actions.Set(id, action with { ClaimedUntil = DateTimeOffset.MinValue });
        return state with { PowerActions = actions };
    }

    private static Table<StoredPowerAction> Withdraw(Table<StoredPowerAction> actions, SystemId machine, DateTimeOffset now)
    {
        actions = actions.RemoveWhere(action => action.MachineId == machine && action.ClaimedUntil <= now);
        foreach (var (id, action) in actions.All.Where(row => row.Value.MachineId == machine))
            actions = actions.Set(id, action with { IsWithdrawn = true });
        return actions;
    }
}
