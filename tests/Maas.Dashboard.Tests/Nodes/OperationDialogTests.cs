using Bunit;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Core.Storage;
using Maas.Dashboard.Nodes;
using Maas.Dashboard.Pages;
using Maas.Dashboard.Tests.Pages;
using Maas.Install.Recipes;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace Maas.Dashboard.Tests.Nodes;

/// <summary>What the dialogs ask before an operation, and what becomes of the answers.</summary>
public sealed class OperationDialogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task A_storage_layout_is_shown_before_it_is_applied_and_deployed()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddImageAsync("custom/debian-12", "tgz");
        await host.AddImageAsync("custom/whole", "ddgz");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Deploy");

        dialogs.WaitForElement("#image", Patience).Change("custom/whole");
        dialogs.WaitForAssertion(() => dialogs.Markup.Should().Contain("that of a whole disk"), Patience);
        dialogs.Find("#image").Change("custom/debian-12");
        Plan().Should().Contain("vda, 20 GiB: GPT partitioned with 2 partitions")
            .And.Contain(line => line.StartsWith("eth0 (physical, 52:54:00:00:00:01): "));
        dialogs.Find("#layout").Change("lvm");
        dialogs.WaitForAssertion(() => Plan().Should().Contain(line => line.Contains("LVM volume for vgroot")), Patience);
        (await StorageAsync(machine)).Groups.Should().BeEmpty("nothing is stored before the user confirms it");
        dialogs.Find("#layout").Change("bcache");
        dialogs.WaitForAssertion(() => dialogs.Markup.Should().Contain("have an available cache device"), Patience);
        dialogs.Find("#layout").Change("lvm");
        dialogs.Act("input[type=checkbox]", ^1, each => each.Change(true));
        dialogs.Press("Deploy");

        page.ShouldSay("Deploy: done.");
        (await StorageAsync(machine)).Groups.Should().ContainSingle().Which.Name.Should().Be("vgroot");
        var deployed = (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!;
        deployed.Status.Should().Be(MachineStatus.Deploying);
        deployed.Deployment!.HardwareSync.Should().NotBeNull();

        IReadOnlyList<string> Plan() => [.. dialogs.FindAll(".plan li").Select(line => line.TextContent)];

        async Task<StorageConfig> StorageAsync(Machine of) =>
            (await host.Core.NodeConfigs.GetAsync((await host.Core.Machines.GetAsync(of.Id, Cancellation))!, Cancellation)).Storage;
    }

    [Fact]
    public async Task A_layout_that_the_disks_do_not_allow_deploys_nothing()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddImageAsync("custom/debian-12", "tgz");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Deploy");
        dialogs.WaitForElement("#layout", Patience).Change("bcache");

        dialogs.Press("Deploy");

        page.ShouldSay("have an available cache device");
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!.Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task A_user_deploys_with_the_configured_storage()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddImageAsync("custom/debian-12", "tgz");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host, "bob");
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Deploy");
        dialogs.WaitForElement("#image", Patience);
        dialogs.FindAll("#layout").Should().BeEmpty("layouts are an administrator's");

        dialogs.Press("Deploy");

        page.ShouldSay("Deploy: done.");
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!.Owner.Should().Be("bob");
    }

    [Fact]
    public async Task A_machine_is_deployed_in_memory_and_its_disks_are_not_asked_for()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddImageAsync("custom/whole");
        await host.AddImageAsync("custom/live", "squashfs");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Deploy");
        dialogs.WaitForElement("#image", Patience).Change("custom/whole");
        dialogs.Find("#layout").Change("lvm");
        dialogs.Markup.Should().Contain("are overwritten");

        dialogs.Find("#ephemeral").Change(true);

        dialogs.WaitForAssertion(() => dialogs.FindAll("#layout, .plan").Should().BeEmpty(), Patience);
        dialogs.FindAll("#image option").Select(option => option.GetAttribute("value")).Should()
            .Equal("", "maas/ephemeral", "custom/live");
        dialogs.Markup.Should().Contain("Nothing is written to its disks").And.NotContain("overwritten");
        dialogs.Find("#image").Change("custom/live");
        dialogs.Press("Deploy");
        page.ShouldSay("Deploy: done.");
        var deployed = (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!;
        deployed.Deployment.Should().BeEquivalentTo(new { Ephemeral = true, Image = new { Name = "custom/live" } });
        (await host.Core.NodeConfigs.GetAsync(deployed, Cancellation)).Storage.Groups.Should().BeEmpty("the layout was not applied");
    }

    [Fact]
    public async Task A_release_runs_the_chosen_scripts_and_erases_as_chosen()
    {
        await using var host = await DashboardHost.StartAsync();
        await AddScriptAsync(host, "wipe-keys", "release");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("admin"));
        await using var context = PageContext.Of(host);
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Release");
        dialogs.WaitForElement("#erase", Patience).Change("Quick");
        dialogs.WaitForElement(".choice input", Patience).Change(true);

        dialogs.Press("Release");

        page.ShouldSay("Release: done.");
        var released = (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!;
        (released.Status, released.ReleaseTask).Should().Be((MachineStatus.Releasing, ReleaseTask.Scripts));
        (await host.Core.ScriptResults.ListAsync(machine.Id, Cancellation)).Should().Contain(result => result.Name == "wipe-keys");
    }

    [Fact]
    public async Task A_test_runs_the_chosen_scripts_alone()
    {
        await using var host = await DashboardHost.StartAsync();
        await AddScriptAsync(host, "my-test", "testing");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Test");
        dialogs.WaitForElement(".choice input", Patience);
        var boxes = dialogs.FindAll(".choice label").Count;
        for (var at = 0; at < boxes; at++)
        {
            var isMine = dialogs.FindAll(".choice label")[at].TextContent.Contains("my-test");
            dialogs.Act(".choice input", at, box => box.Change(isMine));
        }

        dialogs.Press("Test");

        page.ShouldSay("Test: done.");
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!.Status.Should().Be(MachineStatus.Testing);
        (await host.Core.ScriptResults.PendingAsync(machine.Id, Cancellation)).Select(each => each.Result.Name).Should().Equal("my-test");
    }

    [Fact]
    public async Task An_installer_is_chosen_with_tags_and_the_machine_is_handed_over()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        context.Services.AddSingleton(host.Services.GetRequiredService<IInstallRecipes>());
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Deploy");
        dialogs.WaitForElement("#image", Patience).QuerySelectorAll("optgroup").Select(each => each.GetAttribute("label"))
            .Should().Equal("Installers");
        dialogs.Find("#image").GetAttribute("value").Should().Be("debian/bookworm", "there is no image");
        dialogs.Find("#deploy-tags").Change("edge");
        dialogs.Act("input[type=checkbox]", ^2, each => each.Change(true));

        dialogs.Press("Deploy");

        page.ShouldSay("Deploy: done.");
        var deployed = (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!;
        (deployed.Deployment!.Recipe, deployed.Deployment.HandOver).Should().Be(("debian/bookworm", true));
        deployed.Tags.Should().Equal("edge");
    }

    [Fact]
    public async Task What_an_installer_does_not_apply_is_said_before_it_is_refused()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var recipes = new RecipeCatalog([Ignition.Flatcar("stable", "kernel", "image")]);

        var view = context.Render<PlanView>(parameters => parameters.Add(each => each.Machines, [machine]).Add(each => each.Count, 1)
            .Add(each => each.Recipe, "flatcar/stable").Add(each => each.Recipes, recipes));
        view.Markup.Should().Contain("The installer partitions the boot disk by its own rules.").And.NotContain("refused");
        view.Render(parameters => parameters.Add(each => each.Layout, "lvm").Add(each => each.HasUserData, true));

        view.FindAll(".refusal").Select(reason => reason.TextContent).Should().HaveCount(2).And.SatisfyRespectively(
            storage => storage.Should().Contain("lvm-vg vgroot"), data => data.Should().EndWith("it does not apply user data."));
    }

    private static async Task AddScriptAsync(DashboardHost host, string name, string type)
    {
        var definition = ScriptDefinition.Parse($"""
            #!/bin/sh
            # --- Start MAAS 1.0 script metadata ---
            # name: {name}
            # script_type: {type}
            # hardware_type: node
            # --- End MAAS 1.0 script metadata ---
            exit 0
            """);
        await host.Core.NodeScripts.CreateAsync(definition.Script with { IsDefault = false }, definition.Body, "", "admin", Cancellation);
    }
}
