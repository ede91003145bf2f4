using Bunit;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Dashboard.Consoles;
using Maas.Dashboard.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Tests.Consoles;

/// <summary>The serial console on a machine's page.</summary>
public sealed class ConsolePaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly MachineActor Admin = new("admin", true);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task It_shows_what_the_machine_prints_and_types_what_the_user_types()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var consoles = new TestConsoles();
        await using var context = Of(host, consoles);
        var pane = Render(context, machine, Admin);
        pane.FindAll(".console").Should().BeEmpty("nothing is opened before the user asks");
        pane.Press("Open the serial console");
        pane.WaitForElement(".console", Patience);

        await consoles.PrintAsync("login: <script>alert(1)</script>\e[31m");

        pane.WaitForAssertion(
            () => pane.Find(".console pre").TextContent.Should().Be("login: <script>alert(1)</script>"), Patience);
        pane.FindAll("script").Should().BeEmpty();
        pane.Find("#console-input").Change("root");
        pane.Find("form").Submit();
        (await consoles.ReadTypedAsync(5)).Should().Be("root\r");
        pane.Press("Ctrl-C");
        (await consoles.ReadTypedAsync(1)).Should().Be("\x03");
        (await host.Core.Events.QueryAsync(new EventQuery { Limit = 50, Level = EventLevel.Audit }, Cancellation)).Should().Contain(
            each => each.MachineId == machine.Id && each.Note.Description == "Opened the serial console.");
        pane.Press("Close the console");
        pane.WaitForAssertion(() => consoles.IsClosed.Should().BeTrue(), Patience);
    }

    [Fact]
    public async Task It_says_why_it_ended_and_why_it_cannot_be_opened()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var consoles = new TestConsoles();
        await using var context = Of(host, consoles);
        var pane = Render(context, machine, Admin);
        pane.Press("Open the serial console");
        pane.WaitForElement(".console", Patience);

        await consoles.EndAsync();

        pane.ShouldSay("has closed the console");
        consoles.Refusal = "Serial over LAN is switched off in the controller.";
        pane.Press("Open the serial console");
        pane.ShouldSay("is switched off");
        consoles.Refusal = null;
        pane.Press("Open the serial console"); // the refused one was given back
        pane.WaitForAssertion(() => consoles.Opened.Should().Be(3), Patience);
    }

    [Fact]
    public async Task One_user_at_a_time_has_the_console_of_a_machine()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await using var first = Of(host, new TestConsoles());
        await using var second = Of(host, new TestConsoles(), first.Services.GetRequiredService<OpenConsoles>());
        var open = Render(first, machine, Admin);
        open.Press("Open the serial console");
        open.WaitForElement(".console", Patience);
        var other = Render(second, machine, Admin);

        other.Press("Open the serial console");

        other.ShouldSay("admin has this console open.");
    }

    [Fact]
    public async Task Only_who_may_switch_the_power_sees_it_and_it_closes_with_that_right()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        var consoles = new TestConsoles();
        await using var context = Of(host, consoles, user: "bob");
        var bob = new MachineActor("bob", false);
        Render(context, machine, bob).FindAll("button").Should().BeEmpty("the machine has no owner");
        machine = await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var pane = Render(context, machine, bob);
        pane.Press("Open the serial console");
        pane.WaitForElement(".console", Patience);

        pane.Render(parameters => parameters.Add(each => each.Machine, machine with { Owner = "ann" }));

        pane.WaitForAssertion(() => consoles.IsClosed.Should().BeTrue(), Patience);
        pane.FindAll(".console").Should().BeEmpty();
    }

    [Fact]
    public async Task Leaving_the_page_closes_it()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var consoles = new TestConsoles();
        await using (var context = Of(host, consoles))
        {
            var pane = Render(context, machine, Admin);
            pane.Press("Open the serial console");
            pane.WaitForElement(".console", Patience);
            await context.DisposeComponentsAsync();
        }

        consoles.IsClosed.Should().BeTrue();
    }

    private static BunitContext Of(DashboardHost host, TestConsoles consoles, OpenConsoles? open = null, string user = "admin")
    {
        var context = PageContext.Of(host, user);
        context.Services.AddSingleton<IMachineConsoles>(consoles);
        if (open is not null) context.Services.AddSingleton(open);
        return context;
    }

    private static IRenderedComponent<ConsolePane> Render(BunitContext context, Machine machine, MachineActor actor) =>
        context.Render<ConsolePane>(parameters => parameters.Add(each => each.Machine, machine).Add(each => each.Actor, actor));
}
