using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Testing.Stores.Contract;

internal sealed class CancellationContract : StoreCases
{
    public async Task A_cancelled_write_writes_nothing()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        var cancelled = new CancellationToken(canceled: true);
        Func<Task>[] writes =
        [
            () => Machines.SaveAsync([Change(NewMachine(2))], cancelled),
            () => Machines.DeleteAsync(new MachineDeletion(machine.Id, 1, Note("x"), Now), cancelled),
            () => Machines.ReplaceTagAsync("tag", null, new RecordBatch { At = Now, Changes = [] }, cancelled),
            () => Machines.DeleteUserAsync("alice", [], new RecordBatch { At = Now, Changes = [] }, cancelled),
            () => Store.Events.WriteAsync(Now, null, Note("x"), cancelled),
            () => Store.Events.ObserveAsync(new Observation(Now, MacOf(1), "dhcp", "x"), 10, 10, cancelled),
            () => Store.Accounts.CreateUserAsync("alice", "", false, "hash", cancelled),
            () => Store.Tokens.GetOrCreateAsync(new MachineToken(machine.Id, "c", "t", new Secret("s")), cancelled),
            () => Store.Nonces.AddAsync("c", "t", "n", Now, cancelled),
            () => Store.Files.PutAsync(new StoredFile(null, "a", "key", default), cancelled),
            () => Store.Settings.SetAsync("a", "1", cancelled),
        ];
        foreach (var write in writes)
            await Expect.ThrowsAsync<OperationCanceledException>(write, "A write with a cancelled token").ConfigureAwait(false);

        Expect.Sequence([machine], await Machines.ListAsync(new MachineFilter(), Token).ConfigureAwait(false));
        Expect.Equal(0, (await Store.Events.QueryAsync(new EventQuery(), Token).ConfigureAwait(false)).Count);
        Expect.Equal(0, (await Store.Events.ObservationsAsync([MacOf(1)], 10, Token).ConfigureAwait(false)).Count);
        Expect.Equal(0, (await Store.Accounts.ListUsersAsync(Token).ConfigureAwait(false)).Count);
        Expect.Equal(null, await Store.Tokens.GetAsync(machine.Id, Token).ConfigureAwait(false));
        Expect.Equal(true, await Store.Nonces.AddAsync("c", "t", "n", Now, Token).ConfigureAwait(false));
        Expect.Equal(null, await Store.Files.FindAnyAsync("a", Token).ConfigureAwait(false));
        Expect.Equal(null, await Store.Settings.GetAsync("a", Token).ConfigureAwait(false));
    }

    public async Task A_cancelled_read_is_cancelled()
    {
        var cancelled = new CancellationToken(canceled: true);
        Func<Task>[] reads =
        [
            () => Machines.ListAsync(new MachineFilter(), cancelled), () => Store.Events.QueryAsync(new EventQuery(), cancelled),
            () => Store.Accounts.ListUsersAsync(cancelled), () => Store.PowerQueue.CountAsync(cancelled),
            () => Store.BootResources.ListAsync(cancelled), () => Store.Files.ListAsync(null, "", cancelled),
        ];
        foreach (var read in reads)
            await Expect.ThrowsAsync<OperationCanceledException>(read, "A read with a cancelled token").ConfigureAwait(false);
    }

    public async Task A_write_that_is_cancelled_meanwhile_is_done_or_not_and_says_which()
    {
        for (var round = 0; round < 50; round++)
        {
            using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var name = $"setting{round}";
            var writing = Task.Run(() => Store.Settings.SetAsync(name, "1", source.Token), Token);
            await source.CancelAsync().ConfigureAwait(false);
            bool isWritten;
            try
            {
                await writing.ConfigureAwait(false);
                isWritten = true;
            }
            catch (OperationCanceledException)
            {
                isWritten = false;
            }

            Expect.Equal(isWritten, await Store.Settings.GetAsync(name, Token).ConfigureAwait(false) is not null);
        }
    }
}
