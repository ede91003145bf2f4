using Bunit;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Core.Topology;
using Maas.Dashboard.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Dashboard.Tests.Pages;

public sealed class MachinesPageTests
{
    [Fact]
    public async Task Without_a_machine_it_says_what_to_do()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);

        var page = context.Render<MachinesPage>();

        page.WaitForElement(".empty").TextContent.Should().Contain("0 machines").And.Contain("boot from the network");
    }

    [Fact]
    public async Task A_machine_that_enlists_appears_by_itself()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<MachinesPage>();
        page.WaitForElement(".empty");

        await host.AddMachineAsync("52:54:00:00:00:01", "alpha");

        page.WaitForElement("tbody th a", TimeSpan.FromSeconds(20)).TextContent.Should().Be("alpha.maas");
    }

    [Fact]
    public async Task An_action_affects_the_selected_machine_only()
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var second = await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        await using var context = PageContext.Of(host);
        var page = context.Render<MachinesPage>();

        page.WaitForElement("[aria-label='Select beta.maas']").Change(true);
        page.Act(
            () => page.FindAll(".bulk button").SingleOrDefault(button => button.TextContent.Trim() == "Accept & commission"),
            button => button.Click(),
            "button Accept");
        page.WaitForAssertion(() => page.Markup.Should().Contain("Accept: 1 done."), TimeSpan.FromSeconds(20));

        (await host.Core.Machines.GetAsync(first.Id, DashboardHost.Cancellation))!.Status.Should().Be(MachineStatus.New);
        (await host.Core.Machines.GetAsync(second.Id, DashboardHost.Cancellation))!.Status.Should().Be(MachineStatus.Commissioning);
    }

    [Fact]
    public async Task A_description_that_is_markup_stays_text()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.Core.Machines.ExecuteAsync(
            machine.Id, new MachineCommand.MarkBroken { Comment = "<img src=x onerror=alert(1)>" },
            new MachineActor("admin", true), DashboardHost.Cancellation);
        await using var context = PageContext.Of(host);

        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));

        page.WaitForAssertion(() => page.Find("h1").TextContent.Should().Be("alpha.maas"), TimeSpan.FromSeconds(20));
        page.FindAll("img").Should().BeEmpty();
        page.Markup.Should().Contain("&lt;img");
    }

    [Fact]
    public async Task A_machine_of_another_user_does_not_exist_for_a_user()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var admin = new MachineActor("admin", true);
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkBroken(), admin, DashboardHost.Cancellation);
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkFixed(), admin, DashboardHost.Cancellation);
        await host.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Allocate("admin"), admin, DashboardHost.Cancellation);
        await using var context = PageContext.Of(host, "bob");

        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));

        page.WaitForAssertion(() => page.Find("h1").TextContent.Should().Be("No such machine"), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Users_and_settings_are_for_administrators()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host, "bob");

        context.Render<UsersPage>().WaitForElement("p").TextContent.Should().Contain("Only administrators");
        context.Render<SettingsPage>().WaitForElement("p").TextContent.Should().Contain("Only administrators");
        context.Render<HealthPage>().WaitForElement("p").TextContent.Should().Contain("Only an administrator");
    }

    [Fact]
    public async Task All_machines_of_the_list_are_selected_and_no_others()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachinesAsync(230);
        await using var context = PageContext.Of(host);
        context.Services.GetRequiredService<NavigationManager>().NavigateTo("?status=New");
        var page = context.Render<MachinesPage>();
        page.WaitForAssertion(() => page.Find(".count").TextContent.Should().Be("207 machines"));
        page.WaitForAssertion(() => page.FindAll("tbody th a").Should().NotBeEmpty().And.HaveCountLessThan(150));

        page.Find("[aria-label='Select all machines of the list']").Change(true);
        page.WaitForAssertion(() => page.Find(".bulk strong").TextContent.Should().Be("207 machines selected"));
        await host.AddMachinesAsync(1, first: 231);
        page.WaitForAssertion(() => page.Find(".count").TextContent.Should().Be("208 machines"));
        page.Find(".bulk strong").TextContent.Should().Be("207 machines selected", "what appears later is not selected");
        page.Press("Lock");
        page.ShouldSay("Lock: 207 done.");

        var locked = (await host.Core.Machines.ListAsync(null, DashboardHost.Cancellation)).Where(machine => machine.Locked).ToList();
        locked.Should().HaveCount(207).And.OnlyContain(machine => machine.Status == MachineStatus.New && machine.Hostname != "node-000231");
    }

    [Fact]
    public async Task What_is_not_in_the_list_any_more_is_not_selected()
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        await using var context = PageContext.Of(host);
        context.Services.GetRequiredService<NavigationManager>().NavigateTo("?status=New&group=status");
        var page = context.Render<MachinesPage>();
        page.WaitForElement("[aria-label='Select alpha.maas']").Change(true);
        page.WaitForElement("[aria-label='Select beta.maas']").Change(true);

        await host.DoAsync(first.Id, new MachineCommand.Accept());
        page.WaitForAssertion(() => page.Find(".bulk strong").TextContent.Should().Be("1 machine selected"));
        page.Find(".group button").Click();

        page.WaitForAssertion(() => page.FindAll("tbody th a").Should().BeEmpty());
        page.FindAll(".bulk").Should().BeEmpty("no machine is shown");
        page.Find(".group button").GetAttribute("aria-expanded").Should().Be("false");
    }

    [Fact]
    public async Task Search_groups_and_order_are_in_the_URL()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        await using var context = PageContext.Of(host);
        var navigation = context.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("?q=a&sort=-name");
        var page = context.Render<MachinesPage>();
        page.WaitForAssertion(() => Lines().Should().Equal("beta.maas", "alpha.maas"));

        page.Find("[aria-label='Group by']").Change("status");
        page.WaitForAssertion(() => Lines().Should().Equal("New: 2", "beta.maas", "alpha.maas"));
        page.Find("[aria-label='Sort']").Change("name");
        page.WaitForAssertion(() => Lines().Should().Equal("New: 2", "alpha.maas", "beta.maas"));
        navigation.Uri.Should().EndWith("?q=a&group=status");
        page.Find("[type=search]").Change("beta");
        page.Find(".filters").Submit();
        page.WaitForAssertion(() => Lines().Should().Equal("New: 1", "beta.maas"));

        navigation.Uri.Should().EndWith("?q=beta&group=status");

        IEnumerable<string> Lines() => page.FindAll("tbody th a, tbody .group button").Select(
            line => line.TextContent.TrimStart('▾').Trim());
    }

    [Fact]
    public async Task Selected_machines_get_a_zone_and_a_tag()
    {
        await using var host = await DashboardHost.StartAsync();
        var first = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var second = await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        await host.Core.Networks.Zones.CreateAsync(new Zone { Name = "lab" }, "admin", DashboardHost.Cancellation);
        await host.Core.Tags.CreateAsync(new Tag("web"), "admin", DashboardHost.Cancellation);
        await using var context = PageContext.Of(host);
        var page = context.Render<MachinesPage>();
        page.WaitForElement("[aria-label='Select beta.maas']").Change(true);

        page.WaitForElement(".bulk-edit option[value=lab]");
        page.Act("[aria-label='New value']", 0, each => each.Change("lab"));
        page.Submit(0, ".bulk-edit");
        page.ShouldSay("Zone lab: 1 done.");
        page.Act("[aria-label='What to change']", 0, each => each.Change("add"));
        page.Submit(0, ".bulk-edit"); // the zone is no tag
        page.Act("[aria-label='New value']", 0, each => each.Change("web"));
        page.Submit(0, ".bulk-edit");
        page.ShouldSay("Tag web: 1 done.");
        page.Press("Lock");
        page.ShouldSay("Lock: 1 done.");

        var changed = (await host.Core.Machines.GetAsync(second.Id, DashboardHost.Cancellation))!;
        (changed.ZoneId, changed.Locked).Should().Be(((await host.Core.Topology.GetAsync()).FindZone("lab")!.Id, true));
        changed.Tags.Should().Equal("web");
        (await host.Core.Tags.ListAsync(DashboardHost.Cancellation)).Should().ContainSingle().Which.Name.Should().Be("web");
        (await host.Core.Machines.GetAsync(first.Id, DashboardHost.Cancellation))!.Tags.Should().BeEmpty("it was not selected");
    }

    [Fact]
    public async Task A_search_by_an_unknown_word_says_so_and_selects_nothing()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        context.Services.GetRequiredService<NavigationManager>().NavigateTo("?q=status%3Ardy");

        var page = context.Render<MachinesPage>();

        page.WaitForElement(".empty").TextContent.Should().Contain("There is no status 'rdy'.");
        page.FindAll("input[type=checkbox]").Should().BeEmpty();
    }

    [Fact]
    public async Task The_output_of_a_script_is_read_again_until_it_has_ended()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.DoAsync(machine.Id, new MachineCommand.Accept());
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var context = PageContext.Of(host, time: time);
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        var result = (await host.Core.ScriptResults.ListAsync(machine.Id, DashboardHost.Cancellation))[0];
        page.Act(
            () => page.FindAll("summary").FirstOrDefault(each => each.TextContent.Contains(result.Name + ":")),
            summary => summary.Click(),
            "result");
        page.WaitForAssertion(() => page.Markup.Should().Contain("No output yet."), TimeSpan.FromSeconds(20));

        await host.Core.ScriptResults.ReportAsync(
            machine.Id, new ScriptReport { ResultId = result.Id, ExitStatus = 1, Output = OutputOf("it is broken") },
            DashboardHost.Cancellation);
        await host.Core.Timeline.ObserveAsync(
            new Observation(TimeProvider.System.GetUtcNow(), machine.MacAddresses[0], "syslog", "a line of the installer"),
            DashboardHost.Cancellation);

        page.WaitForAssertion(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                page.Markup.Should().Contain("it is broken").And.Contain("a line of the installer").And.NotContain("No output yet.");
            },
            TimeSpan.FromSeconds(20));

        static ScriptOutput OutputOf(string text) => new(
            System.Text.Encoding.UTF8.GetBytes(text), System.Text.Encoding.UTF8.GetBytes(text), default);
    }
}
