using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Saves a machine with its events and effects: a function of the state.</summary>
internal static class MachineSave
{
    /// <summary>Why a change cannot be saved; <see langword="null"/> when it can.</summary>
    public static SaveResult? Check(InMemoryState state, MachineChange change)
    {
        var machine = change.Machine;
        if (change.CompletedPowerAction is { } completed
            && (FindClaimed(state, completed) is null or { IsWithdrawn: true }))
            return new SaveResult.Superseded();
        if ((state.Machines.GetValueOrDefault(machine.Id)?.Version ?? 0) != machine.Version)
            return machine.Version == 0 ? new SaveResult.Taken("system_id", machine.Id.ToString()) : new SaveResult.Conflict(machine.Id);
        foreach (var address in machine.MacAddresses)
            if (state.MachineOfAddress.TryGetValue(address, out var other) && other != machine.Id)
                return new SaveResult.Taken("mac_addresses", address.ToString());
        if (state.MachineOfHostname.TryGetValue(machine.Hostname, out var namesake) && namesake != machine.Id)
            return new SaveResult.Taken("hostname", machine.Hostname);
        return change.MostNew is { } most && state.Machines.Values.Count(present => present.Status is MachineStatus.New) >= most
            ? new SaveResult.Full() : null;
    }

    /// <summary>The state after a refused change: a withdrawn power action is removed.</summary>
    public static InMemoryState Refuse(InMemoryState state, MachineChange change, SaveResult refusal) =>
        refusal is SaveResult.Superseded && change.CompletedPowerAction is { } completed && FindClaimed(state, completed) is not null
            ? state with { PowerActions = state.PowerActions.Remove(completed.Action) } : state;

    private static StoredPowerAction? FindClaimed(InMemoryState state, PowerClaim claim) =>
        state.PowerActions.Find(claim.Action) is { } stored && stored.Claim == claim.Claim ? stored : null;

    /// <summary>Saves a change that <see cref="Check"/> has found possible.</summary>
    public static (InMemoryState Next, Machine Saved) Apply(InMemoryState state, MachineChange change, StoreLimits limits)
    {
        var before = state.Machines.GetValueOrDefault(change.Machine.Id);
        var machine = StoreRules.NextVersion(change);
        if (before is null)
        {
            state = state with { LastMachineNumber = state.LastMachineNumber + 1 };
            machine = machine with { Number = state.LastMachineNumber };
        }

        state = Index(Unindex(state, before), machine);
        var subject = new EventSubject(
            machine.Id, machine.Hostname, StoreRules.EventOwner(change, before?.Owner), machine.OperationId);
        foreach (var note in change.Events)
            state = state with { Events = state.Events.Add(change.At, subject, note, limits.EventsPerMachine, out _) };
        if (change.CompletedPowerAction is { } completed)
            state = state with { PowerActions = state.PowerActions.Remove(completed.Action) };
        state = state with { PowerActions = PowerActions.Update(state.PowerActions, change) };
        foreach (var effect in change.Effects) state = Apply(state, machine.Id, effect, change.At);
        foreach (var script in change.Scripts)
            state = state with { ScriptResults = state.ScriptResults.Add(id => new StoredScriptResult(script with { Id = id }, null)) };
        var changed = new MachineChanged(
            0, change.At, machine.Id, machine.Version, before?.Status, machine.Status, machine.OperationId);
        return (AddChange(state, changed, limits.MachineChanges), machine);
    }

    /// <summary>Deletes a machine, except its events.</summary>
    public static InMemoryState Delete(InMemoryState state, Machine machine) => Unindex(state, machine) with
    {
        UserData = state.UserData.Remove(machine.Id),
        PowerActions = state.PowerActions.RemoveWhere(action => action.MachineId == machine.Id),
        ScriptResults = state.ScriptResults.RemoveWhere(stored => stored.Result.MachineId == machine.Id),
        MachineTokens = state.MachineTokens.Remove(machine.Id),
        BootTokens = state.BootTokens.RemoveRange(
            state.BootTokens.Where(token => token.Value.MachineId == machine.Id).Select(token => token.Key)),
    };

    /// <summary>Appends to the change history, and deletes the oldest change beyond the limit.</summary>
    public static InMemoryState AddChange(InMemoryState state, MachineChanged change, int keep)
    {
        var changes = state.Changes.Add(number => change with { Number = number });
        return state with { Changes = changes.Remove(changes.Last - keep) };
    }

    private static InMemoryState Apply(InMemoryState state, SystemId id, MachineEffect effect, DateTimeOffset at) => effect switch
    {
        MachineEffect.CloseScripts close => state with { ScriptResults = Close(state.ScriptResults, id, close.Status, at) },
        MachineEffect.KeepUserData keep => state with { UserData = state.UserData.SetItem(id, keep.Body.ToArray()) },
        MachineEffect.ForgetUserData => state with { UserData = state.UserData.Remove(id) },
        MachineEffect.RevokeCredentials => RevokeBootTokens(state, id) with { MachineTokens = state.MachineTokens.Remove(id) },
        MachineEffect.RevokeBootTokens => RevokeBootTokens(state, id),
        _ => state, // power is done before, scheduled scripts come with the change
    };

    private static Table<StoredScriptResult> Close(
        Table<StoredScriptResult> results, SystemId machine, ScriptStatus status, DateTimeOffset at)
    {
        foreach (var (id, stored) in results.All)
            if (stored.Result.MachineId == machine && StoreRules.IsUnfinished(stored.Result.Status))
                results = results.Set(id, stored with { Result = stored.Result with { Status = status, Ended = at } });
        return results;
    }

    private static InMemoryState RevokeBootTokens(InMemoryState state, SystemId id) => state with
    {
        BootTokens = state.BootTokens.RemoveRange(state.BootTokens.Where(token => token.Value.MachineId == id).Select(token => token.Key)),
    };

    private static InMemoryState Index(InMemoryState state, Machine machine) => state with
    {
        Machines = state.Machines.Add(machine.Id, machine),
        MachineOfAddress = state.MachineOfAddress.AddRange(
            machine.MacAddresses.Select(address => KeyValuePair.Create(address, machine.Id))),
        MachineOfHostname = state.MachineOfHostname.Add(machine.Hostname, machine.Id),
    };

    private static InMemoryState Unindex(InMemoryState state, Machine? machine) => machine is null ? state : state with
    {
        Machines = state.Machines.Remove(machine.Id),
        MachineOfAddress = state.MachineOfAddress.RemoveRange(machine.MacAddresses),
        MachineOfHostname = state.MachineOfHostname.Remove(machine.Hostname),
    };
}
