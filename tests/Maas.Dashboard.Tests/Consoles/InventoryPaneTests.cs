using Bunit;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Dashboard.Consoles;
using Maas.Dashboard.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Tests.Consoles;

/// <summary>The controller's inventory on a machine's page.</summary>
public sealed class InventoryPaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task It_is_read_when_the_administrator_asks()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        var inventory = new TestInventory
        {
            Result = new MachineInventoryResult.Read(
                new MachineInventory
                {
                    Vendor = "Acme",
                    Product = "<b>Server</b>",
                    Serial = "SN-1",
                    Processors = [new("CPU 0", "Acme 3000", 16, 32, "x86-64")],
                    Interfaces = [new("NIC.1", MacAddress.Parse("52:54:00:00:00:01"), 25000, true), new("NIC.2", null, null, null)],
                    Gaps = ["/Storage: refused."],
                },
                new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)),
        };
        await using var context = Of(host, inventory);
        var pane = Render(context, machine, new MachineActor("admin", true));
        inventory.Asked.Should().Be(0, "controllers are slow");

        pane.Press("Read the inventory");

        pane.WaitForAssertion(() => pane.FindAll("tbody tr").Should().HaveCount(3), Patience);
        pane.FindAll("tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).Should().Equal(
            "Processor|CPU 0|Acme 3000, 16 cores, 32 threads, x86-64",
            "Interface|NIC.1|52:54:00:00:00:01, 25000 Mbit/s, link",
            "Interface|NIC.2|");
        pane.FindAll("b").Should().BeEmpty("a name is text");
        pane.Markup.Should().Contain("Read at 2026-12-01 00:00:00 UTC.").And.Contain("serial number SN-1")
            .And.Contain("Not shown: /Storage: refused.");
    }

    [Fact]
    public async Task It_says_why_it_cannot_be_read()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = Of(host, new TestInventory());
        var pane = Render(context, machine, new MachineActor("admin", true));

        pane.Press("Read the inventory");

        pane.ShouldSay("No answer.");
    }

    [Fact]
    public async Task A_user_reads_none()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = Of(host, new TestInventory(), "bob");

        Render(context, machine, new MachineActor("bob", false)).FindAll("section").Should().BeEmpty();
    }

    private static BunitContext Of(DashboardHost host, TestInventory inventory, string user = "admin")
    {
        var context = PageContext.Of(host, user);
        context.Services.AddSingleton<IMachineInventory>(inventory);
        return context;
    }

    private static IRenderedComponent<InventoryPane> Render(BunitContext context, Machine machine, MachineActor actor) =>
        context.Render<InventoryPane>(parameters => parameters.Add(each => each.Machine, machine).Add(each => each.Actor, actor));

    private sealed class TestInventory : IMachineInventory
    {
        public MachineInventoryResult Result { get; init; } =
            new MachineInventoryResult.Failed(ControllerFailure.TimedOut, "No answer.");

        public int Asked { get; private set; }

        public IReadOnlyList<string> PowerTypes => ["redfish"];

        public bool HasInventory(MachinePowerTarget target) => true;

        public Task<MachineInventoryResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(Result);
        }
    }
}
