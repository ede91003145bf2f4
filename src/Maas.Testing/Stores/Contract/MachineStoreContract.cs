using System.Text.Json.Serialization;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;

namespace Maas.Testing.Stores.Contract;

internal sealed partial class MachineStoreContract : StoreCases
{
    private static readonly RecordTable<Label> Labels = new(
        "test_labels", LabelJson.Default.Label, [RecordColumn.Text<Label>("text", label => label.Text)], []);

    public async Task A_machine_is_read_as_it_was_saved()
    {
        var machine = NewMachine(1) with
        {
            Description = HostileTexts[0],
            StatusMessage = "Straße \U0001F600",
            Owner = "o'brien",
            OwnerData = new Dictionary<string, string> { ["key%"] = "value_", ["\U0001F600"] = "\"" },
            Tags = ["a", "b"],
            Power = new PowerSettings("ipmi", new Dictionary<string, string> { ["power_pass"] = "hunter2" }),
            PowerState = MachinePowerState.On,
            Deadline = Now.AddMinutes(20),
            OperationId = Guid.Parse("0191b0a0-0000-7000-8000-000000000001"),
            SwapSize = long.MaxValue,
        };

        var saved = await SaveAsync(machine).ConfigureAwait(false);

        Expect.Equal(machine with { Number = saved.Number, Version = 1, Updated = Now }, saved);
        Expect.Equal(saved, await GetAsync(machine.Id).ConfigureAwait(false));
        Expect.Equal(saved, await Machines.FindByMacAsync(MacOf(1), Token).ConfigureAwait(false));
        Expect.Equal("hunter2", (await GetAsync(machine.Id).ConfigureAwait(false)).Power.Parameters["power_pass"]);
    }

    public async Task A_machine_that_does_not_exist_is_null()
    {
        Expect.Equal(null, await Machines.GetAsync(IdOf(1), Token).ConfigureAwait(false));
        Expect.Equal(null, await Machines.FindByMacAsync(MacOf(1), Token).ConfigureAwait(false));
        Expect.Equal(null, await Machines.GetUserDataAsync(IdOf(1), Token).ConfigureAwait(false));
    }

    public async Task A_save_makes_the_next_version()
    {
        var first = await CreateAsync(1).ConfigureAwait(false);
        var second = await SaveAsync(new MachineChange { Machine = first with { Description = "x" }, At = Now.AddSeconds(1) })
            .ConfigureAwait(false);

        Expect.Equal(2L, second.Version);
        Expect.Equal(first.Number, second.Number);
        Expect.Equal(Now.AddSeconds(1), second.Updated);
        Expect.Equal(second, await GetAsync(first.Id).ConfigureAwait(false));
    }

    public async Task Another_version_is_a_conflict()
    {
        var first = await CreateAsync(1).ConfigureAwait(false);
        var second = await SaveAsync(first).ConfigureAwait(false);

        foreach (var version in (long[])[1, 3, 100])
        {
            var result = await Machines.SaveAsync([Change(second with { Version = version, Description = "lost" })], Token)
                .ConfigureAwait(false);
            Expect.Equal(new SaveResult.Conflict(first.Id), result);
        }

        Expect.Equal(second, await GetAsync(first.Id).ConfigureAwait(false));
    }

    public async Task A_machine_that_is_gone_is_a_conflict()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await DeleteAsync(machine).ConfigureAwait(false);

        Expect.Equal(new SaveResult.Conflict(machine.Id), await Machines.SaveAsync([Change(machine)], Token).ConfigureAwait(false));
        Expect.Equal(null, await Machines.GetAsync(machine.Id, Token).ConfigureAwait(false));
    }

    public async Task Ids_host_names_and_addresses_are_unique()
    {
        await CreateAsync(1).ConfigureAwait(false);

        Expect.Equal(
            new SaveResult.Taken("system_id", IdOf(1).ToString()),
            await Machines.SaveAsync([Change(NewMachine(2) with { Id = IdOf(1) })], Token).ConfigureAwait(false));
        Expect.Equal(
            new SaveResult.Taken("hostname", "host-1"),
            await Machines.SaveAsync([Change(NewMachine(2) with { Hostname = "host-1" })], Token).ConfigureAwait(false));
        Expect.Equal(
            new SaveResult.Taken("mac_addresses", MacOf(1).ToString()),
            await Machines.SaveAsync([Change(NewMachine(2) with { MacAddresses = [MacOf(2), MacOf(1)] })], Token).ConfigureAwait(false));
        Expect.Equal(1, (await Machines.ListAsync(new MachineFilter(), Token).ConfigureAwait(false)).Count);
    }

    public async Task A_machine_keeps_its_own_name_and_addresses_and_frees_those_that_it_gives_up()
    {
        var first = await SaveAsync(await CreateAsync(1).ConfigureAwait(false)).ConfigureAwait(false);
        await SaveAsync(first with { Hostname = "renamed", MacAddresses = [MacOf(7)] }).ConfigureAwait(false);

        var second = await SaveAsync(NewMachine(2) with { Hostname = "host-1", MacAddresses = [MacOf(1)] }).ConfigureAwait(false);

        Expect.Equal(second, await Machines.FindByMacAsync(MacOf(1), Token).ConfigureAwait(false));
        Expect.Equal(first.Id, (await Machines.FindByMacAsync(MacOf(7), Token).ConfigureAwait(false))?.Id);
    }

    public async Task Several_changes_are_one_transaction()
    {
        var results = await Machines.SaveAsync(
            [Change(NewMachine(1)), Change(NewMachine(2)), Change(NewMachine(3))], Token).ConfigureAwait(false);

        var saved = Expect.Is<SaveResult.Saved>(results).Machines;
        Expect.Sequence([IdOf(1), IdOf(2), IdOf(3)], saved.Select(machine => machine.Id));
        Expect.Equal<object>(saved, await Machines.ListAsync(new MachineFilter(), Token).ConfigureAwait(false));
        Expect.Equal(3L, await Machines.GetLastChangeAsync(Token).ConfigureAwait(false));
    }

    public async Task Of_several_changes_nothing_is_saved_when_the_last_is_refused()
    {
        var present = await CreateAsync(1).ConfigureAwait(false);
        var last = await Machines.GetLastChangeAsync(Token).ConfigureAwait(false);
        var refused = new (MachineChange Change, SaveResult Result)[]
        {
            (Change(present with { Version = 9 }), new SaveResult.Conflict(present.Id)),
            (Change(NewMachine(3) with { Hostname = "host-1" }), new SaveResult.Taken("hostname", "host-1")),
            (Change(NewMachine(3)) with { MostNew = 2 }, new SaveResult.Full()),
            (Change(present) with { CompletedPowerAction = new PowerClaim(12345, 1) }, new SaveResult.Superseded()),
        };
        foreach (var (change, expected) in refused)
        {
            var first = Change(
                NewMachine(2), Power(PowerAction.TurnOn), new MachineEffect.KeepUserData("data"u8.ToArray())) with
            {
                Events = [Note("lost")],
            };

            Expect.Equal(expected, await Machines.SaveAsync([first, change], Token).ConfigureAwait(false));

            Expect.Equal(null, await Machines.GetAsync(IdOf(2), Token).ConfigureAwait(false));
            Expect.Equal(null, await Machines.GetUserDataAsync(IdOf(2), Token).ConfigureAwait(false));
            Expect.Equal(0, await Store.PowerQueue.CountAsync(Token).ConfigureAwait(false));
            Expect.Equal(0, (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Count);
            Expect.Equal(last, await Machines.GetLastChangeAsync(Token).ConfigureAwait(false));
        }
    }

    public async Task No_changes_are_saved_as_nothing()
    {
        var result = Expect.Is<SaveResult.Saved>(await Machines.SaveAsync([], Token).ConfigureAwait(false));
        Expect.Equal(0, result.Machines.Count);
        Expect.Equal(0L, await Machines.GetLastChangeAsync(Token).ConfigureAwait(false));
    }

    public async Task MostNew_limits_new_machines_and_no_others()
    {
        await CreateAsync(1).ConfigureAwait(false);
        await SaveAsync(NewMachine(2) with { Status = MachineStatus.Ready }).ConfigureAwait(false);

        Expect.Equal(
            new SaveResult.Full(), await Machines.SaveAsync([Change(NewMachine(3)) with { MostNew = 1 }], Token).ConfigureAwait(false));
        await SaveAsync(Change(NewMachine(3)) with { MostNew = 2 }).ConfigureAwait(false);
        await SaveAsync(Change(NewMachine(4))).ConfigureAwait(false);
    }

    public async Task Machines_are_listed_by_number_in_the_order_of_creation()
    {
        foreach (var number in (int[])[5, 1, 9, 3]) await CreateAsync(number).ConfigureAwait(false);

        var machines = await Machines.ListAsync(new MachineFilter(), Token).ConfigureAwait(false);

        Expect.Sequence([IdOf(5), IdOf(1), IdOf(9), IdOf(3)], machines.Select(machine => machine.Id));
        Expect.True(machines[0].Number >= 1, "Numbers begin with 1");
        Expect.True(machines.Zip(machines.Skip(1)).All(pair => pair.First.Number < pair.Second.Number), "Numbers ascend");
    }

    public async Task Machines_are_counted_by_status()
    {
        Expect.Equal(0, (await Machines.CountAsync(Token).ConfigureAwait(false)).Count);
        var first = await CreateAsync(1).ConfigureAwait(false);
        await CreateAsync(2).ConfigureAwait(false);
        await SaveAsync(NewMachine(3) with { Status = MachineStatus.Deployed }).ConfigureAwait(false);
        await DeleteAsync(first).ConfigureAwait(false);

        var counts = await Machines.CountAsync(Token).ConfigureAwait(false);

        Expect.Sequence([(MachineStatus.New, 1), (MachineStatus.Deployed, 1)], counts.OrderBy(count => count.Key)
            .Select(count => (count.Key, count.Value)));
    }

    public async Task The_number_of_a_deleted_machine_is_not_given_again()
    {
        var first = await CreateAsync(1).ConfigureAwait(false);
        Expect.True(await DeleteAsync(first).ConfigureAwait(false), "The machine was deleted");
        var second = await CreateAsync(1).ConfigureAwait(false);
        Expect.True(second.Number > first.Number, "A number is given once");
        Expect.Equal(1L, second.Version);
    }

    public async Task A_deletion_needs_the_version()
    {
        var first = await CreateAsync(1).ConfigureAwait(false);
        var second = await SaveAsync(first).ConfigureAwait(false);

        Expect.Equal(false, await DeleteAsync(first).ConfigureAwait(false));
        Expect.Equal(second, await GetAsync(first.Id).ConfigureAwait(false));
        Expect.Equal(true, await DeleteAsync(second).ConfigureAwait(false));
        Expect.Equal(false, await DeleteAsync(second).ConfigureAwait(false));
        Expect.Equal(null, await Machines.FindByMacAsync(MacOf(1), Token).ConfigureAwait(false));
    }

    public async Task Overdue_machines_are_listed_the_longest_overdue_first()
    {
        await SaveAsync(NewMachine(1) with { Deadline = Now.AddSeconds(-1) }).ConfigureAwait(false);
        await SaveAsync(NewMachine(2) with { Deadline = Now.AddSeconds(-5) }).ConfigureAwait(false);
        await SaveAsync(NewMachine(3) with { Deadline = Now.AddMilliseconds(1) }).ConfigureAwait(false);
        await SaveAsync(NewMachine(4) with { Deadline = Now }).ConfigureAwait(false);
        await CreateAsync(5).ConfigureAwait(false);

        Expect.Sequence([IdOf(2), IdOf(1), IdOf(4)], await Machines.ListOverdueAsync(Now, Token).ConfigureAwait(false));
    }

    public async Task Silent_machines_are_new_ones_that_enlisted_themselves_and_were_not_observed_since()
    {
        var old = Now.AddDays(-2);
        var since = Now.AddDays(-1);
        await SaveAsync(NewMachine(1) with { MadeItselfKnown = true, StatusSince = old }).ConfigureAwait(false);
        await SaveAsync(NewMachine(2) with { MadeItselfKnown = true, StatusSince = old }).ConfigureAwait(false);
        await SaveAsync(NewMachine(3) with { MadeItselfKnown = true, StatusSince = Now }).ConfigureAwait(false);
        await SaveAsync(NewMachine(4) with { MadeItselfKnown = false, StatusSince = old }).ConfigureAwait(false);
        await SaveAsync(NewMachine(5) with { MadeItselfKnown = true, StatusSince = old, Status = MachineStatus.Ready })
            .ConfigureAwait(false);
        await SaveAsync(NewMachine(6) with { MadeItselfKnown = true, StatusSince = old }).ConfigureAwait(false);
        await Store.Events.ObserveAsync(new Observation(Now, MacOf(2), "dhcp", "DISCOVER"), 10, 100, Token).ConfigureAwait(false);
        await Store.Events.ObserveAsync(new Observation(old, MacOf(6), "dhcp", "DISCOVER"), 10, 100, Token).ConfigureAwait(false);

        var silent = await Machines.ListSilentAsync(since, Token).ConfigureAwait(false);

        Expect.Sequence([IdOf(1), IdOf(6)], silent.OrderBy(id => id.ToString(), StringComparer.Ordinal));
    }

    public async Task A_tag_is_replaced_on_its_machines_in_the_transaction_of_the_records()
    {
        await SaveAsync(NewMachine(1) with { Tags = ["a", "old", "z"] }).ConfigureAwait(false);
        await SaveAsync(NewMachine(2) with { Tags = ["other"] }).ConfigureAwait(false);
        await SaveAsync(NewMachine(3) with { Tags = ["new", "old"] }).ConfigureAwait(false);
        await Store.Records.PrepareAsync([Labels], Token).ConfigureAwait(false);
        var last = await Machines.GetLastChangeAsync(Token).ConfigureAwait(false);
        var batch = new RecordBatch
        {
            At = Now.AddHours(1), Changes = [new RecordChange.Insert(Labels, new Label { Text = "new" })], Events = [Note("renamed")],
        };

        var result = await Machines.ReplaceTagAsync("old", "new", batch, Token).ConfigureAwait(false);

        Expect.Equal(1L, Expect.NotNull(Expect.Is<RecordResult.Saved>(result).Records.Single()).Id);
        var machine = await GetAsync(IdOf(1)).ConfigureAwait(false);
        Expect.Sequence(["a", "new", "z"], machine.Tags);
        Expect.Equal((2L, Now.AddHours(1)), (machine.Version, machine.Updated));
        Expect.Equal(1L, (await GetAsync(IdOf(2)).ConfigureAwait(false)).Version);
        Expect.Sequence(["new"], (await GetAsync(IdOf(3)).ConfigureAwait(false)).Tags);
        var changes = await Machines.ReadChangesAsync(last, 10, Token).ConfigureAwait(false);
        Expect.Sequence([IdOf(1), IdOf(3)], changes.Select(change => change.MachineId));
        Expect.Equal(2, (await Machines.ListAsync(new MachineFilter { Tags = ["new"] }, Token).ConfigureAwait(false)).Count);
        Expect.Equal(0, (await Machines.ListAsync(new MachineFilter { Tags = ["old"] }, Token).ConfigureAwait(false)).Count);
        Expect.Equal(1, (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Count);
    }

    public async Task A_tag_that_is_removed_is_taken_off_its_machines()
    {
        await SaveAsync(NewMachine(1) with { Tags = ["a", "b"] }).ConfigureAwait(false);
        var batch = new RecordBatch { At = Now, Changes = [] };

        Expect.Is<RecordResult.Saved>(await Machines.ReplaceTagAsync("a", null, batch, Token).ConfigureAwait(false));
        Expect.Is<RecordResult.Saved>(await Machines.ReplaceTagAsync("absent", null, batch, Token).ConfigureAwait(false));

        Expect.Sequence(["b"], (await GetAsync(IdOf(1)).ConfigureAwait(false)).Tags);
        Expect.Equal(2L, (await GetAsync(IdOf(1)).ConfigureAwait(false)).Version);
        Expect.Equal(0, (await Machines.ListAsync(new MachineFilter { Tags = ["a"] }, Token).ConfigureAwait(false)).Count);
    }

    public async Task A_tag_stays_on_its_machines_when_the_records_are_refused()
    {
        await SaveAsync(NewMachine(1) with { Tags = ["a"] }).ConfigureAwait(false);
        await Store.Records.PrepareAsync([Labels], Token).ConfigureAwait(false);
        var batch = new RecordBatch { At = Now, Changes = [new RecordChange.Delete(Labels, 7, 1)], Events = [Note("deleted")] };

        Expect.Is<RecordResult.Conflict>(await Machines.ReplaceTagAsync("a", null, batch, Token).ConfigureAwait(false));

        Expect.Sequence(["a"], (await GetAsync(IdOf(1)).ConfigureAwait(false)).Tags);
        Expect.Equal(0, (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Count);
    }

    public async Task A_user_is_deleted_in_the_transaction_that_gives_away_its_machines()
    {
        await AddUserAsync("alice").ConfigureAwait(false);
        var machine = await SaveAsync(NewMachine(1) with { Status = MachineStatus.Allocated, Owner = "alice" }).ConfigureAwait(false);
        await Store.Records.PrepareAsync([Labels], Token).ConfigureAwait(false);
        var batch = new RecordBatch
        {
            At = Now, Changes = [new RecordChange.Insert(Labels, new Label { Text = "new" })], Events = [Note("deleted")],
        };
        var moved = new MachineChange { Machine = machine with { Owner = "bob" }, At = Now, Events = [Note("moved")] };

        Expect.Equal(true, await Machines.DeleteUserAsync("alice", [moved], batch, Token).ConfigureAwait(false));

        Expect.Equal("bob", (await GetAsync(IdOf(1)).ConfigureAwait(false)).Owner);
        Expect.Equal(null, await Store.Accounts.FindUserAsync("alice", Token).ConfigureAwait(false));
        Expect.Equal(0, (await Store.Accounts.ListSshKeysAsync("alice", Token).ConfigureAwait(false)).Count);
        Expect.Equal(null, await Store.Files.FindAsync("alice", "state", Token).ConfigureAwait(false));
        Expect.Equal(1L, await Store.Records.CountAsync(new RecordQuery<Label>(Labels), Token).ConfigureAwait(false));
        Expect.Equal(2, (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Count);
        Expect.Equal(true, await Machines.DeleteUserAsync("alice", [], batch with { Changes = [] }, Token).ConfigureAwait(false));
    }

    public async Task The_only_administrator_stays()
    {
        await Store.Accounts.CreateUserAsync("alice", "", true, "hash", Token).ConfigureAwait(false);
        var batch = new RecordBatch { At = Now, Changes = [], Events = [Note("deleted")] };

        Expect.Equal(false, await Machines.DeleteUserAsync("alice", [], batch, Token).ConfigureAwait(false));
        Expect.Equal(0, (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Count);

        await Store.Accounts.CreateUserAsync("bob", "", true, "hash", Token).ConfigureAwait(false);
        Expect.Equal(true, await Machines.DeleteUserAsync("alice", [], batch, Token).ConfigureAwait(false));
    }

    public async Task A_user_stays_when_a_change_is_refused_or_it_would_own_a_machine()
    {
        await AddUserAsync("alice").ConfigureAwait(false);
        var machine = await SaveAsync(NewMachine(1) with { Status = MachineStatus.Allocated, Owner = "alice" }).ConfigureAwait(false);
        await Store.Records.PrepareAsync([Labels], Token).ConfigureAwait(false);
        var empty = new RecordBatch { At = Now, Changes = [], Events = [Note("deleted")] };
        var refused = empty with { Changes = [new RecordChange.Delete(Labels, 7, 1)] };
        var moved = new MachineChange { Machine = machine with { Owner = "bob" }, At = Now };
        var stale = moved with { Machine = moved.Machine with { Version = 9 } };

        Expect.Equal(false, await Machines.DeleteUserAsync("alice", [], empty, Token).ConfigureAwait(false));
        Expect.Equal(false, await Machines.DeleteUserAsync("alice", [stale], empty, Token).ConfigureAwait(false));
        Expect.Equal(false, await Machines.DeleteUserAsync("alice", [moved], refused, Token).ConfigureAwait(false));

        Expect.Equal("alice", (await GetAsync(IdOf(1)).ConfigureAwait(false)).Owner);
        Expect.NotNull((await Store.Accounts.FindUserAsync("alice", Token).ConfigureAwait(false))?.User);
        Expect.NotNull(await Store.Files.FindAsync("alice", "state", Token).ConfigureAwait(false));
        Expect.Equal(0, (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Count);
    }

    private async Task AddUserAsync(string name)
    {
        Expect.NotNull(await Store.Accounts.CreateUserAsync(name, "", false, "hash", Token).ConfigureAwait(false));
        Expect.NotNull(await Store.Accounts.AddSshKeysAsync(name, ["ssh-ed25519 AAAA"], null, Token).ConfigureAwait(false));
        await Store.Files.PutAsync(new StoredFile(name, "state", $"key of {name}", new byte[] { 1 }), Token).ConfigureAwait(false);
    }

    public async Task Times_are_kept_to_the_millisecond()
    {
        var at = Now.AddTicks(4567);
        var machine = await SaveAsync(NewMachine(1) with { Deadline = at }).ConfigureAwait(false);
        var written = await Store.Events.WriteAsync(at.ToOffset(TimeSpan.FromHours(5)), machine.Id, Note("x"), Token).ConfigureAwait(false);

        var read = (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Single();
        Expect.True((read.At - at).Duration() < TimeSpan.FromMilliseconds(1), "The time of an event is kept to the millisecond");
        Expect.True((written.At - at).Duration() < TimeSpan.FromMilliseconds(1), "The returned event has its time");
        var deadline = (await GetAsync(machine.Id).ConfigureAwait(false)).Deadline;
        Expect.True((deadline - at)?.Duration() < TimeSpan.FromMilliseconds(1), "The deadline of a machine is kept to the millisecond");
    }

    internal sealed record Label : StoredRecord
    {
        public string Text { get; init; } = "";
    }

    [JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
    [JsonSerializable(typeof(Label))]
    private sealed partial class LabelJson : JsonSerializerContext;
}
