using System.Net;
using AngleSharp.Dom;
using Bunit;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Core.Topology;
using Maas.Dashboard.Pages;
using Maas.Dashboard.Plans;
using Maas.Dashboard.Tests.Pages;

namespace Maas.Dashboard.Tests.Plans;

/// <summary>What a user plans on a machine's disks and interfaces, on its page.</summary>
public sealed class PlanEditorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task Two_disks_become_a_mirror_with_volumes_and_the_plan_can_be_deployed()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha", "vda", "vdb", "vdc");
        await using var context = PageContext.Of(host);
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForElement("#group-kind", Patience);

        // A mirror of the two disks that are not the boot disk.
        Check(page, "vdb,");
        Check(page, "vdc,");
        Submit(page, "Add group");
        page.ShouldSay("The group was added.");
        page.Markup.Should().Contain("md0, raid-1");

        // On it a volume group with a volume.
        page.Find("#group-kind").Change("volume-group");
        page.Find("#group-name").Change("data");
        Check(page, "md0,");
        Submit(page, "Add group");
        page.WaitForElement("#volume-name", Patience).Change("srv");
        page.Find("#volume-size").Change("5G");
        page.Find("#volume-file-system").Change("xfs");
        page.Find("#volume-mount").Change("/srv");
        Submit(page, "Add volume");
        page.ShouldSay("The volume was added.");

        var config = (await host.Core.NodeConfigs.GetAsync(await ReadAsync(host, machine), Cancellation)).Storage;
        config.Groups.Select(group => group.Type).Should().BeEquivalentTo(
            [FileSystemGroupType.Raid1, FileSystemGroupType.VolumeGroup]);
        config.BlockDevices.Should().ContainSingle(device => device.FileSystem != null && device.FileSystem.MountPoint == "/srv")
            .Which.Size.Should().BeCloseTo(5_000_000_000, 4 << 20);
        StorageIssues.Find(config).Should().BeEmpty();
        page.Confirm("Delete data-srv");
        page.ShouldSay("data-srv was removed from the plan.");
    }

    [Fact]
    public async Task A_partition_is_added_formatted_anew_and_removed_and_a_refusal_says_why()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha", "vda", "vdb");
        await using var context = PageContext.Of(host);
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForElement("#partition-size", Patience).Change("1T");
        Submit(page, "Add partition");
        page.ShouldSay("size:");

        page.Find("#partition-size").Change("4G");
        page.Find("#partition-mount").Change("/var");
        Submit(page, "Add partition");
        page.ShouldSay("The partition was added.");
        page.Markup.Should().Contain("vdb-part1").And.Contain("/var");

        var target = page.FindAll("#format-target option").Single(each => each.TextContent == "vdb-part1").GetAttribute("value")!;
        page.Find("#format-target").Change(target);
        page.Find("#format-file-system").Change("swap");
        Submit(page, "Format");
        page.WaitForAssertion(() => page.Markup.Should().Contain("ext4 at /var"), Patience); // it asks first
        Submit(page, "Format");
        page.ShouldSay("The file system was changed.");
        page.Markup.Should().Contain("swap").And.NotContain("/var");

        page.Confirm("Delete vdb-part1");
        page.ShouldSay("vdb-part1 was removed from the plan.");
    }

    [Fact]
    public async Task An_interface_gets_a_static_address_and_a_VLAN_and_loses_them()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        var vlan = (await host.Core.Topology.GetAsync(Cancellation)).Vlans[0];
        await host.Core.Networks.Subnets.CreateAsync(
            new Subnet { Cidr = IPNetwork.Parse("10.7.0.0/24"), VlanId = vlan.Id, Gateway = IPAddress.Parse("10.7.0.1") },
            "admin",
            Cancellation);
        await using var context = PageContext.Of(host);
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForElement("#link-mode", Patience).Change("Static");
        var subnet = page.FindAll("#link-subnet option").Single(each => each.TextContent.Contains("10.7.0.0/24")).GetAttribute("value")!;
        page.Find("#link-subnet").Change(subnet);
        page.Find("#link-address").Change("10.8.0.1");
        Submit(page, "Add link");
        page.ShouldSay("ip_address:");

        page.Find("#link-address").Change("10.7.0.9");
        Check(page, "default gateway");
        Submit(page, "Add link");
        page.ShouldSay("The link was added.");
        page.Markup.Should().Contain("10.7.0.9 in 10.7.0.0/24 · default gateway");

        page.Find("#interface-type").Change("Bridge");
        page.Find("#interface-name").Change("br0");
        Check(page, "eth0");
        Submit(page, "Add interface");
        page.ShouldSay("The interface was added.");
        page.Markup.Should().Contain("br0").And.Contain("on eth0");
        page.Confirm("Delete br0");
        page.ShouldSay("br0 was removed from the plan.");
        var network = (await host.Core.NodeConfigs.GetAsync(await ReadAsync(host, machine), Cancellation)).Network;
        network.Interfaces.Should().ContainSingle();
    }

    [Fact]
    public async Task Who_may_not_change_a_plan_sees_it_without_forms()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host, "bob");
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForAssertion(() => page.Markup.Should().Contain("Planned storage").And.Contain("vda"), Patience);
        page.FindAll("form").Should().BeEmpty();

        // A form that was open when the rights changed is refused by the rule, not by the page.
        var editor = context.Render<StoragePlanEditor>(parameters => parameters
            .Add(each => each.Machine, machine).Add(each => each.IsEditable, true));
        editor.WaitForElement("#partition-size", Patience);
        Submit(editor, "Add partition");
        editor.ShouldSay("permission");
    }

    [Fact]
    public async Task The_owner_of_an_allocated_machine_changes_its_file_systems_and_nothing_else()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha", "vda", "vdb");
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        await using var context = PageContext.Of(host, "bob");
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.WaitForElement("#format-target", Patience);
        page.FindAll("#partition-size, #group-kind, #link-mode").Should().BeEmpty();
        page.FindAll("button").Should().NotContain(
            button => (button.GetAttribute("aria-label") ?? "").StartsWith("Boot from", StringComparison.Ordinal));
        var target = page.FindAll("#format-target option").Single(each => each.TextContent == "vdb").GetAttribute("value")!;
        page.Find("#format-target").Change(target);
        page.Find("#format-mount").Change("/srv");
        Submit(page, "Format");
        page.ShouldSay("The file system was changed.");

        var editor = context.Render<StoragePlanEditor>(parameters => parameters
            .Add(each => each.Machine, machine).Add(each => each.IsEditable, true));
        editor.WaitForElement("#partition-size", Patience).Change("1G");
        Submit(editor, "Add partition");
        editor.ShouldSay("permission");
    }

    private static async Task<Machine> ReadAsync(DashboardHost host, Machine machine) =>
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation))!;

    private static void Check<T>(IRenderedComponent<T> page, string label)
        where T : Microsoft.AspNetCore.Components.IComponent
    {
        page.Act(Box, box => box.Change(true), $"box {label}");
        page.WaitForAssertion(() => Box()!.HasAttribute("checked").Should().BeTrue(), Patience);

        IElement? Box() => page.FindAll("label")
            .SingleOrDefault(each => each.TextContent.Contains(label, StringComparison.Ordinal) && each.QuerySelector("input") is not null)
            ?.QuerySelector("input");
    }

    private static void Submit<T>(IRenderedComponent<T> page, string button)
        where T : Microsoft.AspNetCore.Components.IComponent =>
        page.Act(
            () => page.FindAll("form").SingleOrDefault(form => form.TextContent.Contains(button, StringComparison.Ordinal)),
            form => form.Submit(),
            $"form of {button}");
}
