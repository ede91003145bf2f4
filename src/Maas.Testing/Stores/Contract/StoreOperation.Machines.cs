using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Scripts;

namespace Maas.Testing.Stores.Contract;

/// <summary>Operations on machines, their power actions, tags and scripts.</summary>
internal readonly partial record struct StoreOperation
{
    private static async Task<object?> CreateMachine(Context on)
    {
        var machine = new Machine
        {
            Id = Id(on.A),
            Hostname = $"host-{on.B}",
            MacAddresses = [Mac(on.A), Mac(on.B + 10)],
            StatusSince = on.At,
            Deadline = on.At.AddSeconds(on.B * 10).AddMilliseconds(on.Step), // no two are equal
            MadeItselfKnown = on.B % 2 == 0,
        };
        var change = new MachineChange
        {
            Machine = machine, At = on.At, Events = [Note("created", on.B)], MostNew = on.B == 4 ? 2 : null,
        };
        return await on.Store.Machines.SaveAsync([change], on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> EditMachine(Context on) =>
        await on.GetAsync(on.A).ConfigureAwait(false) is { } machine
            ? await on.Store.Machines.SaveAsync([Edit(machine, on)], on.Token).ConfigureAwait(false) : null;

    private static async Task<object?> SaveTwo(Context on)
    {
        if (on.A == on.B || await on.GetAsync(on.A).ConfigureAwait(false) is not { } first
            || await on.GetAsync(on.B).ConfigureAwait(false) is not { } second) return null;
        var stale = on.B == 3 ? second with { Version = second.Version + 1 } : second;
        return await on.Store.Machines.SaveAsync([Edit(first, on), Edit(stale, on)], on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> SaveWithEffects(Context on)
    {
        if (await on.GetAsync(on.A).ConfigureAwait(false) is not { } machine) return null;
        MachineEffect[] effects = ((on.B + on.Step) % 11) switch
        {
            0 => [new MachineEffect.Power(PowerAction.TurnOn)],
            1 => [new MachineEffect.Power(PowerAction.TurnOff), new MachineEffect.Power(PowerAction.TurnOn)],
            2 => [new MachineEffect.Power(PowerAction.Query)],
            3 => [new MachineEffect.Power(PowerAction.ShutDown, Finishes: true)],
            4 => [new MachineEffect.Power(PowerAction.TurnOn, Repeats: true)],
            5 => [new MachineEffect.CancelPower()],
            6 => [new MachineEffect.KeepUserData(new byte[] { (byte)on.Step })],
            7 => [new MachineEffect.ForgetUserData(), new MachineEffect.RevokeBootTokens()],
            8 => [new MachineEffect.RevokeCredentials()],
            9 => [new MachineEffect.CloseScripts(ScriptStatus.Aborted)],
            _ => [new MachineEffect.CancelPower(), new MachineEffect.Power(PowerAction.Query), new MachineEffect.Power(PowerAction.TurnOn)],
        };
        var result = await on.Store.Machines.SaveAsync([Edit(machine, on) with { Effects = effects }], on.Token).ConfigureAwait(false);
        return new[] { result, (object?)await on.Store.Machines.GetUserDataAsync(machine.Id, on.Token).ConfigureAwait(false) };
    }

    private static async Task<object?> DeleteMachine(Context on)
    {
        if (on.B < 3 || await on.GetAsync(on.A).ConfigureAwait(false) is not { } machine) return null;
        var version = on.B == 3 ? machine.Version : machine.Version + on.Step % 2;
        return await on.Store.Machines.DeleteAsync(
            new MachineDeletion(machine.Id, version, Note("deleted", 0), on.At), on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ListMachines(Context on)
    {
        MachineFilter filter = on.B switch
        {
            0 => new MachineFilter { Limit = on.A + 1 },
            1 => new MachineFilter { Tags = [TagName(on.A)] },
            2 => new MachineFilter { Owners = [UserName(on.A)], Statuses = [MachineStatus.New, MachineStatus.Ready] },
            3 => new MachineFilter { Hostnames = [$"HOST-{on.A}.maas"] },
            _ => new MachineFilter { MacAddresses = [Mac(on.A), Mac(on.A + 10)] },
        };
        return await on.Store.Machines.ListAsync(filter, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ReadLists(Context on) => new object?[]
    {
        await on.Store.Machines.FindByMacAsync(Mac(on.A), on.Token).ConfigureAwait(false),
        await on.Store.Machines.ListOverdueAsync(on.At, on.Token).ConfigureAwait(false),
        (await on.Store.Machines.ListSilentAsync(on.At.AddSeconds(-10 * on.B), on.Token).ConfigureAwait(false))
            .Select(id => id.ToString()).Order(StringComparer.Ordinal),
        (await on.Store.Machines.CountAsync(on.Token).ConfigureAwait(false)).OrderBy(count => count.Key),
        await on.Store.Settings.GetAsync($"setting{on.A}", on.Token).ConfigureAwait(false),
    };

    private static async Task<object?> ReadChanges(Context on)
    {
        var all = await on.Store.Machines.ReadChangesAsync(0, 100_000, on.Token).ConfigureAwait(false);
        var after = all.Count > on.A * 3 ? all[^((on.A * 3) + 1)].Number : 0;
        if (on.A == 4) after = await on.Store.Machines.GetLastChangeAsync(on.Token).ConfigureAwait(false) + on.B;
        return await on.Store.Machines.ReadChangesAsync(after, on.B + 1, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ClaimAndPostpone(Context on)
    {
        var claimed = await on.ClaimAsync().ConfigureAwait(false);
        foreach (var action in claimed.Where(_ => on.A > 1))
            await on.Store.PowerQueue.PostponeAsync(action, on.At.AddSeconds(on.A), $"failure {on.Step}", on.Token).ConfigureAwait(false);
        return claimed;
    }

    private static async Task<object?> ClaimAndComplete(Context on)
    {
        var results = new List<object?>();
        foreach (var action in await on.ClaimAsync().ConfigureAwait(false))
        {
            if (on.A == 0) await on.Store.PowerQueue.DropAsync(action, on.Token).ConfigureAwait(false);
            if (await on.Store.Machines.GetAsync(action.MachineId, on.Token).ConfigureAwait(false) is not { } machine) continue;
            if (on.A == 1)
            {
                var cancel = Edit(machine, on) with { Effects = [new MachineEffect.CancelPower()] };
                results.Add(await on.Store.Machines.SaveAsync([cancel], on.Token).ConfigureAwait(false));
            }

            var change = Edit(machine, on) with { CompletedPowerAction = PowerClaim.Of(action) };
            results.Add(await on.Store.Machines.SaveAsync([change], on.Token).ConfigureAwait(false));
        }

        return results;
    }

    private static async Task<object?> ReadQueue(Context on) => new object?[]
    {
        await on.Store.PowerQueue.NextDueAsync(on.Token).ConfigureAwait(false),
        await on.Store.PowerQueue.CountAsync(on.Token).ConfigureAwait(false),
        await on.Store.PowerQueue.GetFailureAsync(Id(on.A), on.Token).ConfigureAwait(false),
    };

    private static async Task<object?> ReplaceTag(Context on)
    {
        var batch = new RecordBatch { At = on.At, Changes = [], Events = [Note("tag", on.B)] };
        var result = await on.Store.Machines.ReplaceTagAsync(TagName(on.A), on.B == 0 ? null : TagName(on.B), batch, on.Token)
            .ConfigureAwait(false);
        return result.GetType().Name;
    }

    private static async Task<object?> InsertScripts(Context on)
    {
        if (await on.GetAsync(on.A).ConfigureAwait(false) is not { } machine) return null;
        var script = new ScriptResult
        {
            MachineId = machine.Id, OperationId = Operation(on.Step), Kind = (ScriptKind)(on.B % 2), Name = $"script{on.B}",
        };
        return await on.Store.Machines.SaveAsync(
            [Edit(machine, on) with { Scripts = [script, script with { Name = "second" }] }], on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> UpdateScript(Context on)
    {
        var results = await on.Store.ScriptResults.ListAsync(Id(on.A), on.Token).ConfigureAwait(false);
        if (results.Count <= on.B) return null;
        var updated = results[on.B] with { Status = (ScriptStatus)(on.Step % 5), ExitStatus = on.B, Started = on.At };
        var output = on.B == 0 ? null : new ScriptOutput(new byte[on.B * 8], new byte[] { (byte)on.Step }, default);
        return await on.Store.ScriptResults.UpdateAsync(updated, output, on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> ReadScripts(Context on)
    {
        var results = await on.Store.ScriptResults.ListAsync(Id(on.A), on.Token).ConfigureAwait(false);
        var outputs = new List<object?>();
        foreach (var result in results)
            outputs.Add(await on.Store.ScriptResults.GetOutputAsync(result.Id, on.Token).ConfigureAwait(false));
        return new object[]
        {
            results, outputs, await on.Store.ScriptResults.ListCurrentAsync([Id(on.A), Id(on.B)], on.Token).ConfigureAwait(false),
        };
    }

    private static MachineChange Edit(Machine machine, Context on) => new()
    {
        At = on.At,
        Events = on.B == 1 ? [Note($"edited {on.Step}", on.A)] : [],
        Machine = machine with
        {
            Status = on.B == 2 ? MachineStatus.Ready : machine.Status,
            Owner = on.B switch { 3 => UserName(on.A), 4 => null, _ => machine.Owner },
            Tags = on.B == 0 ? [TagName(on.A)] : machine.Tags,
            Hostname = on.B == 4 ? $"host-{on.Step % Values}" : machine.Hostname,
            OperationId = on.A == 0 ? Operation(on.Step) : machine.OperationId,
            CheckedIn = on.A != 1 && machine.CheckedIn,
        },
    };
}
