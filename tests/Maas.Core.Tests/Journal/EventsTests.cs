using Maas.Core.Fleet;
using Maas.Core.Journal;
using Maas.Core.Lifecycle;

namespace Maas.Core.Tests.Journal;

public class EventsTests
{
    [Fact]
    public async Task Pages_go_back_and_forth_the_newest_first()
    {
        await using var test = await TestRegion.OpenAsync();
        for (var number = 1; number <= 5; number++) await test.Region.Events.WriteAsync(null, new EventNote(EventLevel.Info, "Test", $"{number}"));

        (await Page(new EventQuery { Limit = 2 })).Should().Equal("5", "4");
        (await Page(new EventQuery { Limit = 2, Before = 4 })).Should().Equal("3", "2");
        (await Page(new EventQuery { Limit = 2, After = 1 })).Should().Equal("3", "2");
        (await Page(new EventQuery { After = 5 })).Should().BeEmpty();

        async Task<IEnumerable<string>> Page(EventQuery query) => (await test.Region.Events.QueryAsync(query)).Select(happened => happened.Note.Description);
    }

    [Fact]
    public async Task Events_are_found_by_level_machine_name_and_user()
    {
        await using var test = await TestRegion.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.EnlistAsync("52:54:00:00:00:02");
        await test.Region.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Debug, "Test", "quiet"));
        await test.Region.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Audit, "Test", "audit", "bob"));

        (await Count(new EventQuery { MachineIds = [machine.Id] })).Should().Be(1);
        (await Count(new EventQuery { MachineIds = [machine.Id], Level = EventLevel.Debug })).Should().Be(2);
        (await Count(new EventQuery { Level = EventLevel.Audit })).Should().Be(1, "audit is no 'everything'");
        (await Count(new EventQuery { Hostnames = [machine.Hostname] })).Should().Be(1);
        (await Count(new EventQuery { Usernames = ["bob"], Level = EventLevel.Audit })).Should().Be(1);

        async Task<int> Count(EventQuery query) => (await test.Region.Events.QueryAsync(query)).Count;
    }

    [Fact]
    public async Task A_machine_that_talks_too_much_pushes_out_its_own_words_and_nothing_else()
    {
        await using var test = await TestRegion.OpenAsync(options => options.EventsPerMachine = 100);
        var machine = await test.EnlistAsync();
        var other = await test.EnlistAsync("52:54:00:00:00:02");
        await test.Region.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Audit, "Test", "a person's change", "bob"));
        await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => test.Region.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Info, "Test", "chatter"))));

        (await Count(machine.Id, EventLevel.Debug)).Should().BeInRange(100, 150);
        (await Count(machine.Id, EventLevel.Audit)).Should().Be(1);
        (await Count(other.Id, EventLevel.Debug)).Should().Be(1);

        async Task<int> Count(SystemId id, EventLevel level) =>
            (await test.Region.Events.QueryAsync(new EventQuery { MachineIds = [id], Level = level, Limit = 1000 })).Count;
    }

    [Fact]
    public async Task No_event_keeps_control_characters_whoever_wrote_it()
    {
        await using var test = await TestRegion.OpenAsync();
        var written = await test.Region.Events.WriteAsync(null, new EventNote(EventLevel.Info, "Te\u0007st", "a\nb\u001b[31m" + new string('x', 10_000)));

        var read = (await test.Region.Events.QueryAsync(new EventQuery()))[0].Note;
        read.Should().Be(written.Note);
        read.Type.Should().Be("Test");
        read.Description.Should().StartWith("a b[31mx").And.HaveLength(4000);
    }

    [Fact]
    public async Task Events_of_one_operation_carry_its_id()
    {
        await using var test = await TestRegion.OpenAsync();
        var machine = await test.ReadyAsync();
        var commissioning = (await test.Region.Events.QueryAsync(new EventQuery { Level = EventLevel.Debug })).Where(happened => happened.Note.Type is "Commissioning" or "Ready" or "Inventory").ToList();
        commissioning.Should().HaveCount(3);
        commissioning.Should().OnlyContain(happened => happened.OperationId == machine.OperationId);

        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });
        (await test.GetAsync(machine.Id)).OperationId.Should().NotBe(machine.OperationId!.Value);
    }

    [Fact]
    public async Task The_timeline_puts_packets_between_the_events()
    {
        await using var test = await TestRegion.OpenAsync();
        var machine = await test.EnlistAsync();
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.Region.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), machine.MacAddresses[0], "dhcp", "DISCOVER → OFFER\r\nforged"));
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.DoAsync(machine.Id, new MachineCommand.Commission());

        var story = await test.Region.Timeline.ReadAsync(machine.Id);

        story.Select(entry => entry switch
        {
            TimelineEntry.Happened happened => happened.Event.Note.Type,
            TimelineEntry.Seen seen => seen.Observation.Text,
            _ => "?",
        }).Should().Equal("New", "DISCOVER → OFFER  forged", "Commissioning");
        (await test.GetAsync(machine.Id)).Status.Should().Be(MachineStatus.Commissioning, "evidence moves nothing");
    }

    [Fact]
    public async Task Evidence_is_bounded_because_anybody_can_send_it()
    {
        await using var test = await TestRegion.OpenAsync();
        var address = MacAddress.Parse("52:54:00:00:00:09");
        await Task.WhenAll(Enumerable.Range(0, 600).Select(number =>
            test.Region.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), address, "dhcp", $"{number} {new string('x', 2000)}"))));

        var kept = await test.Region.Timeline.ObservationsAsync(address);
        kept.Should().HaveCount(500);
        kept[^1].Text.Should().HaveLength(500);
    }

    [Fact]
    public async Task A_machine_that_logs_without_end_pushes_out_its_own_lines_and_no_evidence()
    {
        await using var test = await TestRegion.OpenAsync();
        var address = MacAddress.Parse("52:54:00:00:00:09");
        await test.Region.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), address, "dhcp", "DISCOVER answered with OFFER"));
        await Task.WhenAll(Enumerable.Range(0, 600).Select(number =>
            test.Region.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), address, Observation.Said, $"line {number}"))));

        var kept = await test.Region.Timeline.ObservationsAsync(address, limit: 1000);
        kept.Count(o => o.Kind == Observation.Said).Should().Be(500);
        kept.Should().ContainSingle(o => o.Kind == "dhcp");
    }

    [Fact]
    public async Task Events_stay_with_the_owner_of_their_time_when_the_machine_is_anothers_or_gone()
    {
        await using var test = await TestRegion.OpenAsync();
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
            (await test.Region.Events.QueryAsync(new EventQuery { VisibleTo = user, Level = EventLevel.Debug }))
                .Select(happened => happened.Note.Description);
    }
}
