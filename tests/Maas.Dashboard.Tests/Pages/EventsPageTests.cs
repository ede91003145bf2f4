using Bunit;
using Maas.Core;
using Maas.Core.Events;
using Maas.Dashboard.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Dashboard.Tests.Pages;

public sealed class EventsPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task The_address_says_which_events_are_shown()
    {
        await using var host = await DashboardHost.StartAsync();
        var alpha = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var beta = await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        await WriteAsync(host, alpha.Id, EventLevel.Warning, "alpha warns", "ann");
        await WriteAsync(host, alpha.Id, EventLevel.Debug, "alpha whispers");
        await WriteAsync(host, beta.Id, EventLevel.Error, "beta fails", "bob");
        await WriteAsync(host, null, EventLevel.Audit, "a change", "ann");

        (await ShownAsync("events?level=warning")).Should().Equal("beta fails", "alpha warns");
        (await ShownAsync($"events?level=debug&machine={alpha.Id}")).Should().StartWith(["alpha whispers", "alpha warns"])
            .And.NotContain("beta fails");
        (await ShownAsync("events?level=warning&machine=beta.maas")).Should().Equal("beta fails");
        (await ShownAsync("events?level=warning&machine=52:54:00:00:00:01")).Should().Equal("alpha warns");
        (await ShownAsync("events?level=warning&machine=52:54:00:00:00:99")).Should().BeEmpty();
        (await ShownAsync("events?level=warning&user=bob")).Should().Equal("beta fails");
        (await ShownAsync("events?level=audit&user=ann")).Should().Equal("a change");
        (await ShownAsync("events?level=audit&user=ann", "bob")).Should().NotContain("a change", "the audit is for administrators");

        async Task<IReadOnlyList<string>> ShownAsync(string address, string user = "admin")
        {
            await using var context = PageContext.Of(host, user);
            context.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
            var page = context.Render<EventsPage>();
            page.WaitForAssertion(() => page.FindAll("tbody tr, .empty").Should().NotBeEmpty(), Patience);
            return DescriptionsOf(page);
        }
    }

    [Fact]
    public async Task A_field_changes_the_address_and_the_list_and_new_events_appear_by_themselves()
    {
        await using var host = await DashboardHost.StartAsync();
        var alpha = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await WriteAsync(host, alpha.Id, EventLevel.Warning, "alpha warns");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var context = PageContext.Of(host, time: time);
        var page = context.Render<EventsPage>();
        page.WaitForAssertion(() => DescriptionsOf(page).Should().HaveCountGreaterThan(1), Patience);

        page.Find("[aria-label='Which events']").Change("warning");
        page.WaitForAssertion(() => DescriptionsOf(page).Should().Equal("alpha warns"), Patience);
        context.Services.GetRequiredService<NavigationManager>().Uri.Should().EndWith("?level=warning");
        await WriteAsync(host, null, EventLevel.Info, "no warning");
        await WriteAsync(host, alpha.Id, EventLevel.Error, "alpha fails");

        page.WaitForAssertion(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                DescriptionsOf(page).Should().Equal("alpha fails", "alpha warns");
            },
            Patience);
    }

    private static Task WriteAsync(DashboardHost host, SystemId? machine, EventLevel level, string text, string? user = null) =>
        host.Core.Events.WriteAsync(machine, new EventNote(level, "Test", text, user), Cancellation);

    private static IReadOnlyList<string> DescriptionsOf(IRenderedComponent<EventsPage> page) =>
        [.. page.FindAll("tbody td:nth-child(5)").Select(cell => cell.TextContent)];
}
