using Maas.Testing.Virtual;

namespace Maas.Testing.Tests.Virtual;

public class EventQueueTests
{
    [Fact]
    public void Events_happen_in_the_order_of_time_and_then_of_adding()
    {
        var queue = new EventQueue();
        List<string> happened = [];
        queue.Add(20, new Note(happened, "c"));
        queue.Add(10, new Note(happened, "a"));
        queue.Add(10, new Note(happened, "b"));
        while (queue.TryTake(long.MaxValue, out var next)) next.Run();
        happened.Should().Equal("a", "b", "c");
        queue.Now.Should().Be(20);
    }

    [Fact]
    public void A_cancelled_event_does_not_advance_the_time()
    {
        var queue = new EventQueue();
        queue.Add(10, new Note([], "never") { IsOff = true });
        queue.HasNext.Should().BeFalse();
        queue.TryTake(long.MaxValue, out _).Should().BeFalse();
        queue.Now.Should().Be(0);
    }

    [Fact]
    public void What_is_due_in_the_past_happens_now_and_what_is_due_beyond_the_limit_stays()
    {
        var queue = new EventQueue();
        queue.Add(10, new Note([], "first"));
        queue.TryTake(10, out _).Should().BeTrue();
        queue.Add(5, new Note([], "late"));
        queue.Add(11, new Note([], "beyond"));
        queue.TryTake(10, out _).Should().BeTrue();
        queue.Now.Should().Be(10);
        queue.TryTake(10, out _).Should().BeFalse();
        queue.HasNext.Should().BeTrue();
    }

    private sealed class Note(List<string> happened, string text) : ScheduledEvent
    {
        public bool IsOff { get; init; }

        public override bool IsCancelled => IsOff;

        public override void Run() => happened.Add(text);
    }
}
