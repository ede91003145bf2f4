using Maas.Core.Events;

namespace Maas.Core.Tests.Nodes;

public sealed class TimelineTests
{
    [Fact]
    public async Task The_end_moves_with_each_event_and_each_observation_of_the_machine_alone()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        var other = await test.EnlistAsync("52:54:00:00:00:02");
        var timeline = test.Core.Timeline;
        var start = await timeline.FindEndAsync(machine);

        await test.Core.Events.WriteAsync(other.Id, new EventNote(EventLevel.Info, "Test", "of another machine"));
        await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Audit, "Test", "not in the timeline", "bob"));
        await timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), other.MacAddresses[0], "dhcp", "of another machine"));
        (await timeline.FindEndAsync(machine, start)).Should().Be(start);

        await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Debug, "Test", "an event"));
        var later = await timeline.FindEndAsync(machine, start);
        later.LastEvent.Should().BeGreaterThan(start.LastEvent);

        await timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), machine.MacAddresses[0], "syslog", "a line"));
        var last = await timeline.FindEndAsync(machine, later);
        last.Should().Be(later with { LastObservation = last.LastObservation }).And.NotBe(later);
        (await timeline.FindEndAsync(machine)).Should().Be(last, "an end is the same without an earlier one");
    }
}
