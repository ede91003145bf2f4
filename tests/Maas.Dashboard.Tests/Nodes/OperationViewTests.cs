using Bunit;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Dashboard.Nodes;
using Maas.Dashboard.Pages;
using Maas.Dashboard.Tests.Pages;

namespace Maas.Dashboard.Tests.Nodes;

/// <summary>What runs on a machine, on its page.</summary>
public sealed class OperationViewTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_deployment_shows_its_steps_and_how_much_of_the_image_is_written_and_is_cancelled()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddImageAsync("custom/debian-12");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await host.DoAsync(machine.Id, new MachineCommand.Deploy("admin"));
        await using var context = PageContext.Of(host);
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForElement("#operation-title", Patience).TextContent.Should().Be("Deploying now");
        page.FindAll(".steps li").Should().HaveCount(Enum.GetValues<DeploymentStage>().Length);
        page.Find(".steps [aria-current]").TextContent.Should().Contain("Allocated");

        await host.ReportAsync(machine.Id, new MachineReport.ImageDelivered(0));
        await host.ReportAsync(machine.Id, new MachineReport.ImageDelivered(40)); // shown without a reload

        page.WaitForElement("#operation-percent[value='40']", Patience);
        page.Find(".steps [aria-current]").TextContent.Should().Contain("The image is written").And.Contain("40 %");
        page.Confirm("Cancel deploying");
        page.ShouldSay("Cancelled.");
        page.WaitForAssertion(() => page.FindAll("#operation-title").Should().BeEmpty(), Patience);
        (await host.Core.Machines.GetAsync(machine.Id, DashboardHost.Cancellation))!.Status.Should().Be(MachineStatus.Allocated);
    }

    [Fact]
    public async Task A_user_cancels_nothing_on_a_machine_of_another_user()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        machine = await host.DoAsync(machine.Id, new MachineCommand.Accept());
        await using var context = PageContext.Of(host, "bob");

        var view = context.Render<OperationView>(parameters => parameters
            .Add(each => each.Machine, machine).Add(each => each.Actor, new MachineActor("bob", false)));

        view.WaitForElement("#operation-title", Patience).TextContent.Should().Be("Commissioning now");
        view.Markup.Should().Contain("It cannot be cancelled: You do not have permission");
        view.FindAll("button").Should().BeEmpty();
    }
}
