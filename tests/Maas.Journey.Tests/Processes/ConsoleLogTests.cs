using Microsoft.Extensions.Time.Testing;
using VmLab.Processes;

namespace Maas.Journey.Tests.Processes;

public class ConsoleLogTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Waiting_ends_with_the_text_even_when_it_arrives_in_pieces()
    {
        using var console = new ConsoleLog(_time);
        var waiting = console.WaitForAsync(
            "ready: (\\w+)", TimeSpan.FromSeconds(1), cancellationToken: TestContext.Current.CancellationToken);

        console.Append("rea");
        console.Append("dy: yes\n");

        (await waiting).Groups[1].Value.Should().Be("yes");
    }

    [Fact]
    public async Task Text_before_the_place_waited_from_does_not_answer()
    {
        using var console = new ConsoleLog(_time);
        console.Append("login:");
        var waiting = console.WaitForAsync("login:", TimeSpan.FromSeconds(1), console.Position, TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(2));

        await waiting.Invoking(task => task).Should().ThrowAsync<TimeoutException>();
    }

    [Fact]
    public async Task A_time_out_shows_the_last_lines()
    {
        using var console = new ConsoleLog(_time);
        console.Append("Kernel panic\n");
        var waiting = console.WaitForAsync("login:", TimeSpan.FromSeconds(1), cancellationToken: TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(2));

        (await waiting.Invoking(task => task).Should().ThrowAsync<TimeoutException>()).WithMessage("*Kernel panic*");
    }

    [Fact]
    public void Terminal_escapes_are_dropped()
    {
        using var console = new ConsoleLog(_time);

        console.Append("\e[2J\e[1;1Hhe");
        console.Append("\e[");
        console.Append("0mllo\r\n");

        console.ToString().Should().Be("hello\n");
    }
}
