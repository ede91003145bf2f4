using System.Globalization;
using Maas.Core.Nodes;

namespace Maas.Testing.Stores.Contract;

internal sealed class ConcurrencyContract : StoreCases
{
    public async Task Of_concurrent_saves_of_a_version_exactly_one_succeeds()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        for (var round = 0; round < 10; round++)
        {
            var results = await InParallelAsync(16, number => Machines.SaveAsync(
                [Change(machine with { Description = $"{number}" })], Token)).ConfigureAwait(false);

            Expect.Equal(15, results.Count(result => result is SaveResult.Conflict));
            machine = Expect.Saved(results.Single(result => result is SaveResult.Saved));
            Expect.Equal(machine, await GetAsync(machine.Id).ConfigureAwait(false));
        }
    }

    public async Task No_update_is_lost_when_conflicts_are_repeated()
    {
        const int Writers = 8;
        const int Increments = 10;
        await CreateAsync(1).ConfigureAwait(false);
        await InParallelAsync(Writers, async _ =>
        {
            for (var done = 0; done < Increments;)
            {
                var machine = await GetAsync(IdOf(1)).ConfigureAwait(false);
                var next = machine with { CpuCount = machine.CpuCount + 1 };
                if (await Machines.SaveAsync([Change(next)], Token).ConfigureAwait(false) is SaveResult.Saved) done++;
            }

            return 0;
        }).ConfigureAwait(false);

        var last = await GetAsync(IdOf(1)).ConfigureAwait(false);
        Expect.Equal(Writers * Increments, last.CpuCount);
        Expect.Equal(1L + (Writers * Increments), last.Version);
    }

    public async Task Of_concurrent_machines_with_the_same_address_one_is_created()
    {
        var results = await InParallelAsync(16, number => Machines.SaveAsync(
            [Change(NewMachine(number + 1) with { MacAddresses = [MacOf(99)] })], Token)).ConfigureAwait(false);

        Expect.Equal(1, results.Count(result => result is SaveResult.Saved));
        Expect.Equal(15, results.Count(result => result is SaveResult.Taken { Field: "mac_addresses" }));
    }

    public async Task MostNew_holds_under_concurrency()
    {
        var results = await InParallelAsync(32, number => Machines.SaveAsync(
            [Change(NewMachine(number + 1)) with { MostNew = 5 }], Token)).ConfigureAwait(false);

        Expect.Equal(5, results.Count(result => result is SaveResult.Saved));
        Expect.Equal(27, results.Count(result => result is SaveResult.Full));
    }

    public async Task A_read_sees_what_was_written_before_it_began()
    {
        await InParallelAsync(8, async number =>
        {
            for (var value = 0; value < 20; value++)
            {
                var text = value.ToString(CultureInfo.InvariantCulture);
                await Store.Settings.SetAsync($"setting{number}", text, Token).ConfigureAwait(false);
                Expect.Equal(text, await Store.Settings.GetAsync($"setting{number}", Token).ConfigureAwait(false));
            }

            return 0;
        }).ConfigureAwait(false);
    }

    public async Task A_reader_sees_all_changes_of_a_transaction_or_none()
    {
        var first = await CreateAsync(1).ConfigureAwait(false);
        var second = await CreateAsync(2).ConfigureAwait(false);
        var writing = Task.Run(
            async () =>
            {
                for (var value = 1; value <= 50; value++)
                {
                    var saved = Expect.Is<SaveResult.Saved>(await Machines.SaveAsync(
                        [Change(first with { CpuCount = value }), Change(second with { CpuCount = value })], Token).ConfigureAwait(false));
                    (first, second) = (saved.Machines[0], saved.Machines[1]);
                }
            },
            Token);
        do
        {
            var machines = await Machines.ListAsync(new MachineFilter(), Token).ConfigureAwait(false);
            Expect.Equal(machines[0].CpuCount, machines[1].CpuCount);
        }
        while (!writing.IsCompleted);
        await writing.ConfigureAwait(false);
    }

    private async Task<T[]> InParallelAsync<T>(int count, Func<int, Task<T>> action) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(() => action(number), Token))).ConfigureAwait(false);
}
