using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

internal sealed class ChangeHistoryContract : StoreCases
{
    private const int Kept = 100;

    protected override StoreLimits Limits { get; } = new() { MachineChanges = Kept };

    public async Task An_empty_history_has_no_changes()
    {
        Expect.Equal(0L, await Machines.GetLastChangeAsync(Token).ConfigureAwait(false));
        Expect.Equal(0, (await Machines.ReadChangesAsync(0, 10, Token).ConfigureAwait(false)).Count);
    }

    public async Task Each_version_and_the_deletion_are_changes()
    {
        var operation = Guid.Parse("0191b0a0-0000-7000-8000-000000000003");
        var machine = await CreateAsync(1).ConfigureAwait(false);
        machine = await SaveAsync(new MachineChange
        {
            Machine = machine with { Status = MachineStatus.Commissioning, OperationId = operation }, At = Now.AddSeconds(1),
        }).ConfigureAwait(false);
        await SaveAsync(machine).ConfigureAwait(false);
        await Machines.DeleteAsync(new MachineDeletion(machine.Id, 3, Note("deleted"), Now.AddSeconds(3)), Token).ConfigureAwait(false);

        var changes = await Machines.ReadChangesAsync(0, 10, Token).ConfigureAwait(false);

        var (isNew, commissioning) = (MachineStatus.New, MachineStatus.Commissioning);
        Expect.Sequence(
            [
                new MachineChanged(changes[0].Number, Now, machine.Id, 1, null, isNew, null),
                new MachineChanged(changes[1].Number, Now.AddSeconds(1), machine.Id, 2, isNew, commissioning, operation),
                new MachineChanged(changes[2].Number, Now, machine.Id, 3, commissioning, commissioning, operation),
                new MachineChanged(changes[3].Number, Now.AddSeconds(3), machine.Id, 3, commissioning, null, null),
            ],
            changes);
        Expect.True(changes.Zip(changes.Skip(1)).All(pair => pair.First.Number < pair.Second.Number), "Numbers ascend");
        Expect.Equal(changes[3].Number, await Machines.GetLastChangeAsync(Token).ConfigureAwait(false));
    }

    public async Task A_check_in_is_a_change()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await Store.Tokens.AddBootTokenAsync([1], new StoredBootToken(machine.Id, null, Now, null), 8, Now, Token).ConfigureAwait(false);
        var last = await Machines.GetLastChangeAsync(Token).ConfigureAwait(false);
        var redemption = new BootTokenRedemption([1], "192.0.2.1", Now, _ => null, id => new MachineToken(id, "c", "t", new Secret("s")));

        await Store.Tokens.RedeemAsync(redemption, Token).ConfigureAwait(false);
        var change = (await Machines.ReadChangesAsync(last, 10, Token).ConfigureAwait(false)).Single();
        Expect.Equal((machine.Id, 2L), (change.MachineId, change.Version));
        Expect.Equal(true, (await GetAsync(machine.Id).ConfigureAwait(false)).CheckedIn);

        await Store.Tokens.RedeemAsync(redemption, Token).ConfigureAwait(false);
        Expect.Equal(change.Number, await Machines.GetLastChangeAsync(Token).ConfigureAwait(false));
    }

    public async Task A_reader_continues_page_by_page()
    {
        for (var number = 1; number <= 25; number++) await CreateAsync(number).ConfigureAwait(false);
        var all = await Machines.ReadChangesAsync(0, 1000, Token).ConfigureAwait(false);
        var read = new List<MachineChanged>();
        while (await NextAsync().ConfigureAwait(false) is { Count: > 0 } page)
        {
            Expect.True(page.Count <= 7, "A page has no more than the limit");
            read.AddRange(page);
        }

        Expect.Sequence(all, read);
        Expect.Equal(25, all.Count);

        Task<IReadOnlyList<MachineChanged>> NextAsync() =>
            Machines.ReadChangesAsync(read is [.., var last] ? last.Number : 0, 7, Token);
    }

    public async Task Refused_changes_leave_no_trace()
    {
        await CreateAsync(1).ConfigureAwait(false);
        await Machines.SaveAsync([Change(NewMachine(1))], Token).ConfigureAwait(false);
        Expect.Equal(1, (await Machines.ReadChangesAsync(0, 10, Token).ConfigureAwait(false)).Count);
    }

    public async Task Old_changes_expire_and_a_reader_that_needs_them_is_told()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        for (var save = 0; save < 3 * Kept; save++) machine = await SaveAsync(machine).ConfigureAwait(false);
        var last = await Machines.GetLastChangeAsync(Token).ConfigureAwait(false);

        var expired = await Expect.ThrowsAsync<ChangeHistoryExpiredException>(
            () => Machines.ReadChangesAsync(0, 10, Token), "Reading changes that were deleted").ConfigureAwait(false);
        var changes = await Machines.ReadChangesAsync(expired.Oldest, 10 * Kept, Token).ConfigureAwait(false);

        Expect.True(changes.Count is >= Kept and <= Kept + (Kept / 10), $"{Kept} changes are kept, or a tenth more; {changes.Count} are");
        Expect.Equal(last, changes[^1].Number);
        Expect.Equal(0L, expired.After);
        await Expect.ThrowsAsync<ChangeHistoryExpiredException>(
            () => Machines.ReadChangesAsync(expired.Oldest - 1, 1, Token), "Reading from before the oldest change").ConfigureAwait(false);
    }

    public async Task A_number_that_was_never_given_is_expired()
    {
        await CreateAsync(1).ConfigureAwait(false);
        var last = await Machines.GetLastChangeAsync(Token).ConfigureAwait(false);

        Expect.Equal(0, (await Machines.ReadChangesAsync(last, 10, Token).ConfigureAwait(false)).Count);
        await Expect.ThrowsAsync<ChangeHistoryExpiredException>(
            () => Machines.ReadChangesAsync(last + 1, 10, Token), "Reading from a number that was never given").ConfigureAwait(false);
    }

    public async Task A_waiting_reader_is_woken_by_a_save_and_a_deletion()
    {
        var first = Machines.WaitForChangeAsync(0, Token);
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await first.WaitAsync(Token).ConfigureAwait(false);
        await Machines.WaitForChangeAsync(0, Token).ConfigureAwait(false);

        var second = Machines.WaitForChangeAsync(await Machines.GetLastChangeAsync(Token).ConfigureAwait(false), Token);
        await DeleteAsync(machine).ConfigureAwait(false);
        await second.WaitAsync(Token).ConfigureAwait(false);
    }

    public async Task A_waiting_reader_can_give_up()
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = Machines.WaitForChangeAsync(0, giveUp.Token);
        await giveUp.CancelAsync().ConfigureAwait(false);
        await Expect.ThrowsAsync<OperationCanceledException>(() => waiting, "Waiting with a cancelled token").ConfigureAwait(false);
    }

    public async Task A_continuing_reader_misses_nothing_while_others_write()
    {
        const int Writers = 8;
        const int SavesOfWriter = 10; // with the creations fewer changes than are kept
        var writers = Task.WhenAll(Enumerable.Range(1, Writers).Select(number => Task.Run(
            async () =>
            {
                var machine = await CreateAsync(number).ConfigureAwait(false);
                for (var save = 0; save < SavesOfWriter; save++) machine = await SaveAsync(machine).ConfigureAwait(false);
            },
            Token)));
        var read = new List<MachineChanged>();
        while (read.Count < Writers * (SavesOfWriter + 1))
        {
            var last = read is [.., var newest] ? newest.Number : 0;
            var page = await Machines.ReadChangesAsync(last, 3, Token).ConfigureAwait(false);
            read.AddRange(page);
            if (page.Count == 0)
            {
                if (writers.IsFaulted) await writers.ConfigureAwait(false);
                await Machines.WaitForChangeAsync(last, Token).ConfigureAwait(false);
            }
        }

        await writers.ConfigureAwait(false);
        foreach (var ofMachine in read.GroupBy(change => change.MachineId))
        {
            Expect.Sequence(
                Enumerable.Range(1, SavesOfWriter + 1).Select(version => (long)version), ofMachine.Select(change => change.Version));
        }

        Expect.Equal(read.Count, read.Select(change => change.Number).Distinct().Count());
    }
}
