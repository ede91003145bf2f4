using Bunit;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Dashboard.Pages;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>What the page of a machine shows while it is open.</summary>
public sealed class MachinePageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task What_is_seen_of_a_new_machine_and_its_events_appear_by_themselves()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var context = PageContext.Of(host, time: time);
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForElement("[aria-label=Timeline]", Patience);
        machine.Deadline.Should().BeNull("nothing but its timeline changes");

        await ObserveAsync(host, machine, "dhcp", "DISCOVER not answered (no free address; xid 00000001)");
        Await(page, time, "no free address");

        await host.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Warning, "Test", "a warning of the server"), Cancellation);
        Await(page, time, "a warning of the server");

        await ObserveAsync(host, machine, Observation.Syslog, "kernel: <b>a line</b>");
        Await(page, time, "&lt;b&gt;a line&lt;/b&gt;");
    }

    [Fact]
    public async Task Older_lines_are_shown_when_they_are_asked_for()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        for (var line = 1; line <= 210; line++) await ObserveAsync(host, machine, Observation.Syslog, $"line {line:d3}");
        await using var context = PageContext.Of(host, time: new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForElement("[aria-label=Timeline]", Patience);
        LinesOf(page).Should().HaveCount(200).And.Contain("line 210").And.NotContain("line 001");

        page.Press("Show older lines");

        page.WaitForAssertion(() => LinesOf(page).Should().Contain("line 001").And.Contain("line 210"), Patience);
        page.FindAll("button").Should().NotContain(button => button.TextContent.Contains("Show older"), "all lines are shown");
    }

    private static Task ObserveAsync(DashboardHost host, Machine machine, string kind, string text) => host.Core.Timeline.ObserveAsync(
        new Observation(TimeProvider.System.GetUtcNow(), machine.MacAddresses[0], kind, text), Cancellation);

    // The page asks at its interval, on the clock of the test.
    private static void Await(IRenderedComponent<MachinePage> page, FakeTimeProvider time, string text) => page.WaitForAssertion(
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            page.Find("[aria-label=Timeline]").InnerHtml.Should().Contain(text);
        },
        Patience);

    private static IEnumerable<string> LinesOf(IRenderedComponent<MachinePage> page) =>
        page.FindAll("[aria-label=Timeline] tbody td:last-child").Select(cell => cell.TextContent);
}
