using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

public class MachineWatchTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_is_followed_through_its_life()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.Machines.DeleteAsync(machine.Id, null, Stop);

        var changes = await ReadAsync(test, new MachineWatchFilter { StatusChangesOnly = true }, after: 0, count: 4);

        changes.Select(change => (change.From, change.To)).Should().Equal(
            (null, MachineStatus.New),
            (MachineStatus.New, MachineStatus.Commissioning),
            (MachineStatus.Commissioning, MachineStatus.Ready),
            (MachineStatus.Ready, null));
        changes.Should().OnlyContain(change => change.MachineId == machine.Id);
        changes[1].OperationId.Should().NotBeNull();
        changes.Select(change => change.Version).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task A_reader_that_continues_misses_nothing_and_sees_nothing_twice()
    {
        await using var test = await TestCore.OpenAsync();
        var machines = new List<Machine>();
        for (var number = 1; number <= 8; number++) machines.Add(await test.EnlistAsync($"52:54:00:00:00:{number:x2}"));
        var start = await test.Machines.GetLastChangeAsync(Stop);

        // Eight writers, while the reader stops and continues after every fifth change.
        var writing = Task.WhenAll(machines.Select(async machine =>
        {
            for (var edit = 0; edit < 25; edit++)
                await test.Machines.EditAsync(machine.Id, null, each => each with { Description = $"{edit}" }, Stop);
        }));
        var seen = new List<MachineChanged>();
        while (seen.Count < 200)
            seen.AddRange(await ReadAsync(test, null, seen.Count == 0 ? start : seen[^1].Number, count: Math.Min(5, 200 - seen.Count)));
        await writing;

        seen.Select(change => change.Number).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        foreach (var machine in machines)
        {
            seen.Where(change => change.MachineId == machine.Id).Select(change => change.Version)
                .Should().Equal(Enumerable.Range((int)machine.Version + 1, 25).Select(version => (long)version));
        }

        (await test.Machines.GetLastChangeAsync(Stop)).Should().Be(seen[^1].Number);
    }

    [Fact]
    public async Task A_waiting_reader_wakes_at_the_next_change()
    {
        await using var test = await TestCore.OpenAsync();
        await test.EnlistAsync();
        await using var feed = test.Machines.WatchAsync(cancellationToken: Stop).GetAsyncEnumerator(Stop);
        var next = feed.MoveNextAsync();
        next.IsCompleted.Should().BeFalse("the feed begins with what is saved from now on");

        var second = await test.EnlistAsync("52:54:00:00:00:02");

        (await next).Should().BeTrue();
        feed.Current.MachineId.Should().Be(second.Id);
    }

    [Fact]
    public async Task A_filter_passes_machines_and_the_statuses_that_they_come_into()
    {
        await using var test = await TestCore.OpenAsync();
        var one = await test.ReadyAsync();
        var two = await test.ReadyAsync("52:54:00:00:00:02");
        await test.Machines.EditAsync(one.Id, null, each => each with { Description = "still Ready" }, Stop);

        var ready = await ReadAsync(test, new MachineWatchFilter { Statuses = [MachineStatus.Ready] }, after: 0, count: 2);
        ready.Select(change => change.MachineId).Should().Equal(one.Id, two.Id);
        var ofTwo = await ReadAsync(test, new MachineWatchFilter { MachineIds = [two.Id] }, after: 0, count: 3);
        ofTwo.Should().OnlyContain(change => change.MachineId == two.Id);
    }

    [Fact]
    public async Task A_reader_that_stayed_away_for_too_long_learns_it()
    {
        await using var test = await TestCore.OpenAsync(options => options.MachineChanges = 1000);
        var machine = await test.EnlistAsync();
        for (var edit = 0; edit < 1200; edit += 50)
            await Task.WhenAll(Enumerable.Range(edit, 50).Select(number =>
                test.Machines.EditAsync(machine.Id, null, each => each with { Description = $"{number}" }, Stop)));

        var read = () => ReadAsync(test, null, after: 1, count: 1);

        var expired = (await read.Should().ThrowAsync<ChangeHistoryExpiredException>()).Which;
        expired.After.Should().Be(1);
        (await ReadAsync(test, null, expired.Oldest, count: 1))[0].Number.Should().Be(expired.Oldest + 1);
        var future = () => ReadAsync(test, null, after: 1_000_000, count: 1);
        await future.Should().ThrowAsync<ChangeHistoryExpiredException>("a number of another store is not waited for");
    }

    private static async Task<List<MachineChanged>> ReadAsync(TestCore test, MachineWatchFilter? filter, long after, int count) =>
        await test.Machines.WatchAsync(filter, after, Stop).Take(count).ToListAsync(Stop);
}
