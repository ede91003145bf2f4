using Bunit;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Dashboard.Consoles;
using Maas.Dashboard.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Tests.Consoles;

/// <summary>The sensors on a machine's page.</summary>
public sealed class SensorPaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly MachineActor Admin = new("admin", true);

    [Fact]
    public async Task They_are_read_when_the_user_asks()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var sensors = new TestSensors
        {
            Result = new MachineSensorsResult.Read(
                [
                    new("CPU <b>Temp</b>", 51.5, "°C", null, MachineSensorStatus.Ok),
                    new("Fan 2", null, "RPM", null, MachineSensorStatus.Unknown),
                    new("Inlet", 80, "°C", null, MachineSensorStatus.Critical),
                    new("Power Supply", null, "", 0x81, MachineSensorStatus.Unknown),
                ],
                new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)),
        };
        await using var context = Of(host, sensors);
        var pane = Render(context, machine, Admin);
        sensors.Asked.Should().Be(0, "controllers are slow");

        pane.Press("Read the sensors");

        pane.WaitForAssertion(() => pane.FindAll("tbody tr").Should().HaveCount(4), Patience);
        pane.FindAll("tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).Should().Equal(
            "CPU <b>Temp</b>|51.5 °C|good", "Fan 2|no reading|", "Inlet|80 °C|critical", "Power Supply|states 0x0081|");
        pane.FindAll("b").Should().BeEmpty("a name is text");
        pane.Markup.Should().Contain("Read at 2026-12-01 00:00:00 UTC.");
    }

    [Fact]
    public async Task It_says_why_they_cannot_be_read()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = Of(host, new TestSensors { Result = new MachineSensorsResult.Failed("No answer.") });
        var pane = Render(context, machine, Admin);

        pane.Press("Read the sensors");

        pane.ShouldSay("No answer.");
    }

    [Fact]
    public async Task Who_may_not_switch_the_power_reads_none()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        machine = await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var sensors = new TestSensors();
        await using var context = Of(host, sensors, "bob");
        Render(context, machine with { Owner = "ann" }, new MachineActor("bob", false)).FindAll("section").Should().BeEmpty();

        var pane = Render(context, machine, new MachineActor("bob", false));
        await host.DoAsync(machine.Id, new MachineCommand.Release()); // meanwhile
        (await host.SettleAsync(machine.Id)).Owner.Should().BeNull();
        pane.Press("Read the sensors");

        pane.ShouldSay("You do not have permission to do this to this machine.");
        sensors.Asked.Should().Be(0);
    }

    private static BunitContext Of(DashboardHost host, TestSensors sensors, string user = "admin")
    {
        var context = PageContext.Of(host, user);
        context.Services.AddSingleton<IMachineSensors>(sensors);
        return context;
    }

    private static IRenderedComponent<SensorPane> Render(BunitContext context, Machine machine, MachineActor actor) =>
        context.Render<SensorPane>(parameters => parameters.Add(each => each.Machine, machine).Add(each => each.Actor, actor));
}
