using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Testing.Stores.Contract;

internal sealed class StoreDurabilityContract : StoreCases
{
    public async Task Everything_survives()
    {
        await FillAsync().ConfigureAwait(false);
        var before = await ReadAllAsync().ConfigureAwait(false);

        await ReopenAsync().ConfigureAwait(false);

        Expect.Sequence(before, await ReadAllAsync().ConfigureAwait(false));
    }

    public async Task Numbers_continue()
    {
        await FillAsync().ConfigureAwait(false);
        var last = await Machines.GetLastChangeAsync(Token).ConfigureAwait(false);
        var machine = await GetAsync(IdOf(1)).ConfigureAwait(false);
        var happened = await Store.Events.WriteAsync(Now, null, Note("before"), Token).ConfigureAwait(false);
        await DeleteAsync(machine).ConfigureAwait(false);

        await ReopenAsync().ConfigureAwait(false);

        var created = await CreateAsync(1).ConfigureAwait(false);
        Expect.True(created.Number > machine.Number, "The number of a machine is given once");
        Expect.True(
            (await Store.Events.WriteAsync(Now, null, Note("after"), Token).ConfigureAwait(false)).Id > happened.Id,
            "Ids of events continue");
        var changes = await Machines.ReadChangesAsync(last, 10, Token).ConfigureAwait(false);
        Expect.Sequence<(MachineStatus?, MachineStatus?)>(
            [(MachineStatus.New, null), (null, MachineStatus.New)], changes.Select(change => (change.From, change.To)));
    }

    public async Task A_claimed_action_can_be_claimed_again_when_its_claim_has_ended()
    {
        await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        var claimed = await Store.PowerQueue.ClaimAsync(Now, TimeSpan.FromMinutes(1), 10, Token).ConfigureAwait(false);

        await ReopenAsync().ConfigureAwait(false);

        var again = await Store.PowerQueue.ClaimAsync(Now.AddMinutes(1), TimeSpan.FromMinutes(1), 10, Token).ConfigureAwait(false);
        Expect.Sequence(claimed.Select(action => action with { Claim = action.Claim + 1 }), again);
    }

    public async Task A_withdrawn_action_is_not_performed_after_all()
    {
        var machine = await CreateAsync(1, Power(PowerAction.TurnOn)).ConfigureAwait(false);
        await Store.PowerQueue.ClaimAsync(Now, TimeSpan.FromMinutes(1), 10, Token).ConfigureAwait(false);
        await SaveAsync(Change(machine, new MachineEffect.CancelPower())).ConfigureAwait(false);

        await ReopenAsync().ConfigureAwait(false);

        Expect.Equal(0, await Store.PowerQueue.CountAsync(Token).ConfigureAwait(false));
        Expect.Equal(
            0, (await Store.PowerQueue.ClaimAsync(Now.AddMinutes(1), TimeSpan.FromMinutes(1), 10, Token).ConfigureAwait(false)).Count);
    }

    public async Task Versions_are_compared_as_before()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await SaveAsync(machine).ConfigureAwait(false);

        await ReopenAsync().ConfigureAwait(false);

        Expect.Equal(new SaveResult.Conflict(machine.Id), await Machines.SaveAsync([Change(machine)], Token).ConfigureAwait(false));
        Expect.Equal(
            new SaveResult.Taken("hostname", "host-1"),
            await Machines.SaveAsync([Change(NewMachine(2) with { Hostname = "host-1" })], Token).ConfigureAwait(false));
    }

    public async Task Nonces_survive_the_end_of_the_process()
    {
        await Store.Nonces.AddAsync("c", "t", "n", Now, Token).ConfigureAwait(false);
        await ReopenAsync().ConfigureAwait(false);
        Expect.Equal(false, await Store.Nonces.AddAsync("c", "t", "n", Now, Token).ConfigureAwait(false));
    }

    private async Task FillAsync()
    {
        var machine = NewMachine(1) with { Owner = "alice", Tags = ["tag"], Deadline = Now };
        var script = new ScriptResult
        {
            MachineId = machine.Id, OperationId = Guid.Parse("0191b0a0-0000-7000-8000-000000000001"), Kind = ScriptKind.Testing, Name = "s",
        };
        machine = await SaveAsync(Change(
            machine, Power(PowerAction.TurnOff), Power(PowerAction.TurnOn), new MachineEffect.KeepUserData("data"u8.ToArray())) with
        {
            Events = [Note("created")], Scripts = [script],
        }).ConfigureAwait(false);
        await CreateAsync(2).ConfigureAwait(false);
        var result = (await Store.ScriptResults.ListAsync(machine.Id, Token).ConfigureAwait(false)).Single();
        await Store.ScriptResults.UpdateAsync(
            result with { Status = ScriptStatus.Failed, ExitStatus = 3, Started = Now, Ended = Now },
            new ScriptOutput("a"u8.ToArray(), "b"u8.ToArray(), "c"u8.ToArray()), Token).ConfigureAwait(false);
        await Store.Events.ObserveAsync(new Observation(Now, MacOf(1), "dhcp", "DISCOVER"), 10, 10, Token).ConfigureAwait(false);
        var user = Expect.NotNull(await Store.Accounts.CreateUserAsync("alice", "a@b", true, "hash", Token).ConfigureAwait(false));
        await Store.Accounts.CreateApiKeyAsync(new ApiKey(user, "key", "c", "t", new Secret("s")), Token).ConfigureAwait(false);
        await Store.Accounts.AddSshKeyAsync("alice", "ssh-rsa AAAA", "lp:alice", Token).ConfigureAwait(false);
        await Store.Tokens.GetOrCreateAsync(new MachineToken(machine.Id, "c", "t", new Secret("s")), Token).ConfigureAwait(false);
        var resource = new NewBootResource { Name = "custom/x", Architecture = "amd64/generic", Sha256 = "aa", Size = 10 };
        await Store.BootResources.CreateAsync(resource, Now, Token).ConfigureAwait(false);
        await Store.BootResources.SetReceivedAsync("aa", 5, false, Token).ConfigureAwait(false);
        await Store.Files.PutAsync(new StoredFile("alice", "file", "key", "content"u8.ToArray()), Token).ConfigureAwait(false);
        await Store.Settings.SetAsync("setting", "1", Token).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<string>> ReadAllAsync()
    {
        var user = await Store.Accounts.FindUserAsync("alice", Token).ConfigureAwait(false) ?? default;
        var results = await Store.ScriptResults.ListAsync(IdOf(1), Token).ConfigureAwait(false);
        object?[] all =
        [
            await Machines.ListAsync(new MachineFilter(), Token).ConfigureAwait(false),
            await Machines.ListAsync(new MachineFilter { Tags = ["tag"], Owners = ["alice"] }, Token).ConfigureAwait(false),
            await Machines.ListOverdueAsync(Now, Token).ConfigureAwait(false),
            await Machines.GetUserDataAsync(IdOf(1), Token).ConfigureAwait(false),
            await Machines.ReadChangesAsync(0, 100, Token).ConfigureAwait(false),
            await Store.PowerQueue.CountAsync(Token).ConfigureAwait(false),
            await Store.PowerQueue.NextDueAsync(Token).ConfigureAwait(false),
            results,
            await Store.ScriptResults.GetOutputAsync(results[0].Id, Token).ConfigureAwait(false),
            await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false),
            await Store.Events.ObservationsAsync([MacOf(1)], 10, Token).ConfigureAwait(false),
            user.PasswordHash,
            await Store.Accounts.ListUsersAsync(Token).ConfigureAwait(false),
            await Store.Accounts.ListApiKeysAsync(user.User, Token).ConfigureAwait(false),
            await Store.Accounts.ListSshKeysAsync("alice", Token).ConfigureAwait(false),
            await Store.Tokens.FindAsync("c", "t", Token).ConfigureAwait(false),
            await Store.BootResources.ListAsync(Token).ConfigureAwait(false),
            await Store.Files.FindAnyAsync("file", Token).ConfigureAwait(false),
            await Store.Settings.GetAsync("setting", Token).ConfigureAwait(false),
        ];
        return [.. all.Select(ResultText.Of)];
    }
}
