using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Testing.Stores.Contract;

internal sealed class MachineEffectContract : StoreCases
{
    private static readonly Guid Operation = Guid.Parse("0191b0a0-0000-7000-8000-000000000002");

    public async Task User_data_are_kept_replaced_and_forgotten()
    {
        var machine = await CreateAsync(1, new MachineEffect.KeepUserData(new byte[] { 0, 1, 255 })).ConfigureAwait(false);
        Expect.Equal([0, 1, 255], await Machines.GetUserDataAsync(machine.Id, Token).ConfigureAwait(false));

        machine = await SaveAsync(Change(machine, new MachineEffect.KeepUserData("second"u8.ToArray()))).ConfigureAwait(false);
        Expect.Equal("second"u8.ToArray(), await Machines.GetUserDataAsync(machine.Id, Token).ConfigureAwait(false));

        machine = await SaveAsync(machine).ConfigureAwait(false);
        Expect.Equal("second"u8.ToArray(), await Machines.GetUserDataAsync(machine.Id, Token).ConfigureAwait(false));

        await SaveAsync(Change(machine, new MachineEffect.ForgetUserData())).ConfigureAwait(false);
        Expect.Equal(null, await Machines.GetUserDataAsync(machine.Id, Token).ConfigureAwait(false));
    }

    public async Task Effects_apply_in_order()
    {
        var machine = await CreateAsync(
            1, new MachineEffect.KeepUserData("first"u8.ToArray()), new MachineEffect.ForgetUserData(),
            new MachineEffect.KeepUserData("last"u8.ToArray())).ConfigureAwait(false);
        Expect.Equal("last"u8.ToArray(), await Machines.GetUserDataAsync(machine.Id, Token).ConfigureAwait(false));
    }

    public async Task Revoked_credentials_end_the_token_and_all_boot_tokens()
    {
        var (first, second) = (await CreateAsync(1).ConfigureAwait(false), await CreateAsync(2).ConfigureAwait(false));
        await GiveCredentialsAsync(first.Id, 1).ConfigureAwait(false);
        await GiveCredentialsAsync(second.Id, 2).ConfigureAwait(false);

        await SaveAsync(Change(first, new MachineEffect.RevokeCredentials())).ConfigureAwait(false);

        Expect.Equal(null, await Store.Tokens.GetAsync(first.Id, Token).ConfigureAwait(false));
        Expect.Equal(null, await Store.Tokens.FindAsync("consumer1", "token1", Token).ConfigureAwait(false));
        Expect.Equal(false, await HasBootTokenAsync(1).ConfigureAwait(false));
        Expect.Equal(true, await HasBootTokenAsync(2).ConfigureAwait(false));
        Expect.Equal(true, await Store.Tokens.GetAsync(second.Id, Token).ConfigureAwait(false) is not null);
    }

    public async Task Revoked_boot_tokens_leave_the_token()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await GiveCredentialsAsync(machine.Id, 1).ConfigureAwait(false);

        await SaveAsync(Change(machine, new MachineEffect.RevokeBootTokens())).ConfigureAwait(false);

        Expect.Equal(false, await HasBootTokenAsync(1).ConfigureAwait(false));
        Expect.Equal(true, await Store.Tokens.GetAsync(machine.Id, Token).ConfigureAwait(false) is not null);
    }

    public async Task Scripts_of_a_change_are_inserted_with_new_ids()
    {
        var machine = await SaveAsync(Change(NewMachine(1), new MachineEffect.ScheduleScripts(ScriptKind.Testing)) with
        {
            Scripts = [Script(1, "first"), Script(1, "second")],
        }).ConfigureAwait(false);

        var results = await Store.ScriptResults.ListAsync(machine.Id, Token).ConfigureAwait(false);

        Expect.Sequence(["second", "first"], results.Select(result => result.Name));
        Expect.True(results[0].Id > results[1].Id && results[1].Id >= 1, "Ids ascend in the order of insertion");
        Expect.Equal(Script(1, "first") with { Id = results[1].Id }, results[1]);
    }

    public async Task Closed_scripts_are_those_that_have_not_ended()
    {
        var machine = await SaveAsync(Change(NewMachine(1)) with
        {
            Scripts = [Script(1, "pending"), Script(1, "running"), Script(1, "passed")],
        }).ConfigureAwait(false);
        await SaveAsync(Change(NewMachine(2)) with { Scripts = [Script(2, "other")] }).ConfigureAwait(false);
        var results = await Store.ScriptResults.ListAsync(machine.Id, Token).ConfigureAwait(false);
        await Store.ScriptResults.UpdateAsync(results[1] with { Status = ScriptStatus.Running, Started = Now }, null, Token)
            .ConfigureAwait(false);
        await Store.ScriptResults.UpdateAsync(
            results[0] with { Status = ScriptStatus.Passed, ExitStatus = 0, Ended = Now }, null, Token).ConfigureAwait(false);

        var change = Change(machine, new MachineEffect.CloseScripts(ScriptStatus.Aborted)) with
        {
            At = Now.AddMinutes(1), Scripts = [Script(1, "next")],
        };
        await SaveAsync(change).ConfigureAwait(false);

        var closed = await Store.ScriptResults.ListAsync(machine.Id, Token).ConfigureAwait(false);
        Expect.Sequence(
            [ScriptStatus.Pending, ScriptStatus.Passed, ScriptStatus.Aborted, ScriptStatus.Aborted],
            closed.Select(result => result.Status));
        Expect.Sequence<DateTimeOffset?>(
            [null, Now, Now.AddMinutes(1), Now.AddMinutes(1)], closed.Select(result => result.Ended));
        Expect.Equal(
            ScriptStatus.Pending, (await Store.ScriptResults.ListAsync(IdOf(2), Token).ConfigureAwait(false)).Single().Status);
    }

    public async Task Events_of_a_change_belong_to_the_machine_as_saved()
    {
        var machine = NewMachine(1) with { Owner = "alice", OperationId = Operation };
        await SaveAsync(Change(machine) with { Events = [Note("one"), Note("two", EventLevel.Warning, "bob")] }).ConfigureAwait(false);

        var events = await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false);

        Expect.Sequence(["two", "one"], events.Select(happened => happened.Note.Description));
        Expect.Equal(new Event(events[0].Id, Now, IdOf(1), "host-1", Operation, Note("two", EventLevel.Warning, "bob")), events[0]);
    }

    public async Task The_last_owner_reads_the_events_of_the_release()
    {
        var machine = await SaveAsync(NewMachine(1) with { Owner = "alice" }).ConfigureAwait(false);
        machine = await SaveAsync(Change(machine with { Owner = null }) with { Events = [Note("released")] }).ConfigureAwait(false);
        await SaveAsync(Change(machine with { Owner = "bob" }) with { Events = [Note("allocated")] }).ConfigureAwait(false);

        Expect.Equal(
            "released",
            (await Store.Events.QueryAsync(new EventQuery { VisibleTo = "alice" }, Token).ConfigureAwait(false)).Single().Note.Description);
        Expect.Equal(
            "allocated",
            (await Store.Events.QueryAsync(new EventQuery { VisibleTo = "bob" }, Token).ConfigureAwait(false)).Single().Note.Description);
    }

    public async Task A_deleted_machine_leaves_its_events_and_nothing_else()
    {
        var machine = await SaveAsync(Change(
            NewMachine(1), Power(PowerAction.TurnOn), new MachineEffect.KeepUserData("data"u8.ToArray())) with
        {
            Events = [Note("created")], Scripts = [Script(1, "script")],
        }).ConfigureAwait(false);
        await GiveCredentialsAsync(machine.Id, 1).ConfigureAwait(false);
        var result = (await Store.ScriptResults.ListAsync(machine.Id, Token).ConfigureAwait(false)).Single();

        Expect.Equal(true, await DeleteAsync(machine).ConfigureAwait(false));

        Expect.Equal(null, await Store.Tokens.GetAsync(machine.Id, Token).ConfigureAwait(false));
        Expect.Equal(false, await HasBootTokenAsync(1).ConfigureAwait(false));
        Expect.Equal(null, await Store.ScriptResults.GetAsync(result.Id, Token).ConfigureAwait(false));
        Expect.Equal(0, await Store.PowerQueue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(null, await Store.PowerQueue.NextDueAsync(Token).ConfigureAwait(false));
        Expect.Equal(null, await Machines.GetUserDataAsync(machine.Id, Token).ConfigureAwait(false));
        var events = await Store.Events.QueryAsync(
            new EventQuery { MachineIds = [machine.Id], Level = EventLevel.Info }, Token).ConfigureAwait(false);
        Expect.Sequence(["created"], events.Select(happened => happened.Note.Description));
        var audit = await Store.Events.QueryAsync(new EventQuery { Level = EventLevel.Audit }, Token).ConfigureAwait(false);
        Expect.Sequence([("deleted", "host-1", machine.Id)], audit.Select(happened =>
            (happened.Note.Description, happened.Hostname, happened.MachineId.GetValueOrDefault())));
    }

    private static ScriptResult Script(int machine, string name) => new()
    {
        MachineId = IdOf(machine), OperationId = Operation, Kind = ScriptKind.Testing, Name = name, Timeout = TimeSpan.FromMinutes(3),
    };

    private async Task GiveCredentialsAsync(SystemId machine, byte number)
    {
        await Store.Tokens.GetOrCreateAsync(
            new MachineToken(machine, $"consumer{number}", $"token{number}", new Secret("s")), Token).ConfigureAwait(false);
        await Store.Tokens.AddBootTokenAsync([number], new StoredBootToken(machine, null, Now, null), 8, Now.AddHours(-1), Token)
            .ConfigureAwait(false);
    }

    /// <summary>Looks at the boot token without redeeming it.</summary>
    private async Task<bool> HasBootTokenAsync(byte number)
    {
        var isThere = false;
        await Store.Tokens.RedeemAsync(
            new BootTokenRedemption(
                [number], "192.0.2.1", Now,
                token =>
                {
                    isThere = token is not null;
                    return "only looking";
                },
                id => new MachineToken(id, "c", "t", new Secret("s"))),
            Token).ConfigureAwait(false);
        return isThere;
    }
}
