using Maas.Core.Nodes;
using Maas.Core.Events;

namespace Maas.Core.Tests.Events;

public class EventLogTests
{
    [Fact]
    public async Task Pages_go_back_and_forth_the_newest_first()
    {
        await using var test = await TestCore.OpenAsync();
        for (var number = 1; number <= 5; number++)
            await test.Core.Events.WriteAsync(null, new EventNote(EventLevel.Info, "Test", $"{number}"));

        (await Page(new EventQuery { Limit = 2 })).Should().Equal("5", "4");
        (await Page(new EventQuery { Limit = 2, Before = 4 })).Should().Equal("3", "2");
        (await Page(new EventQuery { Limit = 2, After = 1 })).Should().Equal("3", "2");
        (await Page(new EventQuery { After = 5 })).Should().BeEmpty();

        async Task<IEnumerable<string>> Page(EventQuery query) =>
            (await test.Core.Events.QueryAsync(query)).Select(happened => happened.Note.Description);
    }

    [Fact]
    public async Task Events_are_found_by_level_machine_name_and_user()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.EnlistAsync("52:54:00:00:00:02");
        await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Debug, "Test", "quiet"));
        await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Audit, "Test", "audit", "bob"));

        (await Count(new EventQuery { MachineIds = [machine.Id] })).Should().Be(1);
        (await Count(new EventQuery { MachineIds = [machine.Id], Level = EventLevel.Debug })).Should().Be(2);
        (await Count(new EventQuery { Level = EventLevel.Audit })).Should().Be(1, "audit is no 'everything'");
        (await Count(new EventQuery { Hostnames = [machine.Hostname] })).Should().Be(1);
        (await Count(new EventQuery { Usernames = ["bob"], Level = EventLevel.Audit })).Should().Be(1);

        async Task<int> Count(EventQuery query) => (await test.Core.Events.QueryAsync(query)).Count;
    }

    [Fact]
    public async Task A_machine_that_talks_too_much_pushes_out_its_own_words_and_nothing_else()
    {
        await using var test = await TestCore.OpenAsync(options => options.EventsPerMachine = 100);
        var machine = await test.EnlistAsync();
        var other = await test.EnlistAsync("52:54:00:00:00:02");
        await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Audit, "Test", "a person's change", "bob"));
        await Task.WhenAll(Enumerable.Range(0, 400)
            .Select(_ => test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Info, "Test", "chatter"))));

        (await Count(machine.Id, EventLevel.Debug)).Should().BeInRange(100, 150);
        (await Count(machine.Id, EventLevel.Audit)).Should().Be(1);
        (await Count(other.Id, EventLevel.Debug)).Should().Be(1);

        async Task<int> Count(SystemId id, EventLevel level) =>
            (await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [id], Level = level, Limit = 1000 })).Count;
    }

    [Fact]
    public async Task Machines_that_come_and_go_leave_a_bounded_number_of_events()
    {
        await using var test = await TestCore.OpenAsync(options => options.EventsOfDeletedMachines = 700);
        var kept = await test.EnlistAsync();
        for (var gone = 2; gone < 5; gone++)
        {
            var machine = await test.EnlistAsync($"52:54:00:00:00:0{gone}");
            await WriteAsync(machine.Id, EventLevel.Info, 600);
            await WriteAsync(kept.Id, EventLevel.Info, 100);
            await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Audit, "Test", "a person's change", "bob"));
            (await test.Machines.DeleteAsync(machine.Id, actor: null)).Should().BeOfType<CommandResult.Done>();
        }

        await test.Core.Events.WriteAsync(null, new EventNote(EventLevel.Info, "Test", "of no machine"));
        (await ForgetAsync(test)).Should().Be((3 * 601) - 700, "each machine also has the event of its enlistment");
        (await ForgetAsync(test)).Should().Be(0);
        var left = await AllAsync(test, EventLevel.Debug);
        left.Count(happened => happened.MachineId is { } id && id != kept.Id).Should().Be(700);
        left.Count(happened => happened.MachineId == kept.Id).Should().Be(301);
        left[0].Note.Description.Should().Be("of no machine");
        (await AllAsync(test, EventLevel.Audit)).Should().HaveCount(6, "the changes of people and the deletions are counted apart");

        async Task WriteAsync(SystemId id, EventLevel level, int count) =>
            await Task.WhenAll(Enumerable.Range(0, count)
            .Select(_ => test.Core.Events.WriteAsync(id, new EventNote(level, "Test", "chatter"))));
    }

    [Fact]
    public async Task Events_of_deleted_machines_that_are_too_old_go_once_an_hour()
    {
        await using var test = await TestCore.OpenAsync(options =>
        {
            options.DeletedMachineEventLifetime = TimeSpan.FromDays(30);
            options.NewMachineLifetime = TimeSpan.Zero;
        });
        var (kept, machine) = (await test.EnlistAsync(), await test.EnlistAsync("52:54:00:00:00:02"));
        await test.Machines.DeleteAsync(machine.Id, actor: null);
        test.Clock.Advance(TimeSpan.FromDays(20));
        await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Info, "Test", "a late report"));
        (await ForgetAsync(test)).Should().Be(0);

        test.Clock.Advance(TimeSpan.FromDays(11));
        using var stop = new CancellationTokenSource();
        var working = test.Core.Deadlines.RunAsync(stop.Token); // its first pass ends before it waits for the clock
        while ((await AllAsync(test, EventLevel.Audit)).Count > 0 || (await AllAsync(test, EventLevel.Debug)).Count > 2) await Task.Yield();
        await stop.CancelAsync();
        await working;
        (await AllAsync(test, EventLevel.Debug)).Select(happened => $"{happened.MachineId}").Should().Equal($"{machine.Id}", $"{kept.Id}");
    }

    private static Task<int> ForgetAsync(TestCore test) => test.Core.Events.DeleteOfDeletedMachinesAsync(
        test.Options.EventsOfDeletedMachines, test.Options.DeletedMachineEventLifetime, default);

    private static async Task<List<Event>> AllAsync(TestCore test, EventLevel level)
    {
        var all = new List<Event>();
        while (await test.Core.Events.QueryAsync(
            new EventQuery { Level = level, Limit = 1000, Before = all.Count == 0 ? null : all[^1].Id }) is { Count: > 0 } page)
                all.AddRange(page);
        return all;
    }

    [Fact]
    public async Task No_event_keeps_control_characters_whoever_wrote_it()
    {
        await using var test = await TestCore.OpenAsync();
        var written = await test.Core.Events.WriteAsync(
            null, new EventNote(EventLevel.Info, "Te\u0007st", "a\nb\u001b[31m" + new string('x', 10_000)));

        var read = (await test.Core.Events.QueryAsync(new EventQuery()))[0].Note;
        read.Should().Be(written.Note);
        read.Type.Should().Be("Test");
        read.Description.Should().StartWith("a b[31mx").And.HaveLength(4000);
    }

    [Fact]
    public async Task Events_of_one_operation_carry_its_id()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        var commissioning = (await test.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Debug }))
            .Where(happened => happened.Note.Type is "Commissioning" or "Ready" or "Inventory").ToList();
        commissioning.Should().HaveCount(3);
        commissioning.Should().OnlyContain(happened => happened.OperationId == machine.OperationId);

        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });
        (await test.GetAsync(machine.Id)).OperationId.Should().NotBe(machine.OperationId!.Value);
    }

    [Fact]
    public async Task The_timeline_puts_packets_between_the_events()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.Core.Timeline.ObserveAsync(
            new Observation(test.Clock.GetUtcNow(), machine.MacAddresses[0], "dhcp", "DISCOVER → OFFER\r\nforged"));
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.DoAsync(machine.Id, new MachineCommand.Commission());

        var story = await test.Core.Timeline.ReadAsync(machine.Id);

        story.Select(entry => entry switch
        {
            TimelineEntry.EventEntry happened => happened.Event.Note.Type,
            TimelineEntry.ObservationEntry seen => seen.Observation.Text,
            _ => "?",
        }).Should().Equal("New", "DISCOVER → OFFER  forged", "Commissioning");
        (await test.GetAsync(machine.Id)).Status.Should().Be(MachineStatus.Commissioning, "evidence moves nothing");
    }

    [Fact]
    public async Task Evidence_is_bounded_because_anybody_can_send_it()
    {
        await using var test = await TestCore.OpenAsync();
        var address = MacAddress.Parse("52:54:00:00:00:09");
        await Task.WhenAll(Enumerable.Range(0, 600).Select(number =>
            test.Core.Timeline.ObserveAsync(
            new Observation(test.Clock.GetUtcNow(), address, "dhcp", $"{number} {new string('x', 2000)}"))));

        var kept = await test.Core.Timeline.ObservationsAsync(address);
        kept.Should().HaveCount(500);
        kept[^1].Text.Should().HaveLength(500);
    }

    [Fact]
    public async Task A_machine_that_logs_without_end_pushes_out_its_own_lines_and_no_evidence()
    {
        await using var test = await TestCore.OpenAsync();
        var address = MacAddress.Parse("52:54:00:00:00:09");
        await test.Core.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), address, "dhcp", "DISCOVER answered with OFFER"));
        await Task.WhenAll(Enumerable.Range(0, 600).Select(number =>
            test.Core.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), address, Observation.Syslog, $"line {number}"))));

        var kept = await test.Core.Timeline.ObservationsAsync(address, limit: 1000);
        kept.Count(o => o.Kind == Observation.Syslog).Should().Be(500);
        kept.Should().ContainSingle(o => o.Kind == "dhcp");
    }

    [Fact]
    public async Task Events_stay_with_the_owner_of_their_time_when_the_machine_is_anothers_or_gone()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Allocate("bob") { By = "bob" });
        await test.DoAsync(machine.Id, new MachineCommand.MarkBroken { By = "bob", Comment = "the customer's disk failed, ticket 4711" });

        (await VisibleAsync("bob")).Should().Contain(words => words.Contains("4711", StringComparison.Ordinal));
        (await VisibleAsync("eve")).Should().NotContain(words => words.Contains("4711", StringComparison.Ordinal));
        (await VisibleAsync(null)).Should().Contain(words => words.Contains("4711", StringComparison.Ordinal));
        await test.DoAsync(machine.Id, new MachineCommand.MarkFixed());
        await test.DoAsync(machine.Id, new MachineCommand.Allocate("eve") { By = "eve" });
        (await VisibleAsync("eve")).Should().NotContain(words => words.Contains("4711", StringComparison.Ordinal))
            .And.Contain(words => words.Contains("Allocated to eve", StringComparison.Ordinal));
        (await VisibleAsync("bob")).Should().Contain(words => words.Contains("4711", StringComparison.Ordinal), "these are his own words")
            .And.NotContain(words => words.Contains("Allocated to eve", StringComparison.Ordinal));
        await test.Machines.DeleteAsync(machine.Id, null);
        (await VisibleAsync("eve")).Should().NotContain(words => words.Contains("4711", StringComparison.Ordinal));

        async Task<IEnumerable<string>> VisibleAsync(string? user) =>
            (await test.Core.Events.QueryAsync(new EventQuery { VisibleTo = user, Level = EventLevel.Debug }))
                .Select(happened => happened.Note.Description);
    }
}
