using Bunit;
using Maas.Core.Nodes;
using Maas.Dashboard.Pages;

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
        page.FindAll(".bulk button").Single(button => button.TextContent.Trim() == "Accept").Click();
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

        context.Render<UsersPage>().WaitForElement("p").TextContent.Should().Contain("Only an administrator");
        context.Render<SettingsPage>().WaitForElement("p").TextContent.Should().Contain("Only an administrator");
        context.Render<ScriptsPage>().WaitForElement("p").TextContent.Should().Contain("Only an administrator");
        context.Render<HealthPage>().WaitForElement("p").TextContent.Should().Contain("Only an administrator");
    }
}
