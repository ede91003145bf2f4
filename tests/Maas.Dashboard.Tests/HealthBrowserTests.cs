using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Dashboard.Tests.Consoles;
using Maas.Judges;
using Microsoft.Playwright;

namespace Maas.Dashboard.Tests;

/// <summary>
/// Users, groups, sensors and health in Debian's Chromium; texts of machines and hosts that attack; a connection that drops.
/// </summary>
public sealed class HealthBrowserTests
{
    private const string Attack = "<img src=x onerror=\"window.attacked=1\"><script>window.attacked=1</script>";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_gives_rights_by_keyboard_and_reads_health_and_sensors()
    {
        var chromium = Judge.Require("chromium");
        var sensors = new TestSensors
        {
            Result = new MachineSensorsResult.Read(
                [new("CPU Temp", 51, "°C", null, MachineSensorStatus.Ok), new("Fan 1", 0, "RPM", null, MachineSensorStatus.Critical)],
                new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)),
        };
        await using var host = await DashboardHost.StartAsync(sensors: sensors);
        var machine = await host.AddMachineAsync("52:54:00:12:34:56", "rack1-node7");
        Report(host, "Good.");
        await host.Core.Hosts.AnnounceAsync([], cancellationToken: Cancellation);
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var (page, errors) = (browser.Page, browser.Errors);
        await page.SignInAsync(host.Origin + "/MAAS/users");

        await page.PressAsync("Edit bob");
        await page.GetByLabel("Mail address").First.FillAsync("bob@example.net");
        await page.ExpectAccessibleAsync("user-edit");
        await page.PressAsync("Save user");
        await page.GetByText("bob was changed.").WaitForAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Groups", Exact = true }).First.ClickAsync();
        await page.GetByLabel("Group name").FillAsync("staff");
        await page.PressAsync("Add group");
        await page.GetByText("The group staff was added.").WaitForAsync();
        await page.GetByLabel("can_edit_boot_entities").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await page.PressAsync("Save group");
        await page.GetByText("The group was changed.").WaitForAsync();
        await page.GetByLabel("Add a member").SelectOptionAsync("bob");
        await page.PressAsync("Add member");
        await page.GetByText("bob is a member of staff.").WaitForAsync();
        await page.ExpectAccessibleAsync("group-edit");
        var bob = (await host.Core.Users.FindAsync("bob", Cancellation))!;
        (await host.Core.UserGroups.WithEntitlementsAsync(bob, Cancellation)).Entitlements.Should().Equal("can_edit_boot_entities");

        await host.Core.Hosts.AnnounceAsync([], cancellationToken: Cancellation); // a host is shown for a minute after it
        await page.GetByRole(AriaRole.Link, new() { Name = "Health", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Region, new() { Name = "Hosts" }).GetByText("(this host)").WaitForAsync();
        await page.GetByText("30 a minute").WaitForAsync();
        await page.ExpectAccessibleAsync("health-hosts");

        await page.GotoAsync($"{host.Origin}/MAAS/machines/{machine.Id}");
        await page.PressAsync("Read the sensors");
        await page.GetByText("51 °C").WaitForAsync();
        await page.ExpectAccessibleAsync("sensors");
        errors.Should().BeEmpty("no script is blocked and none fails");
    }

    [Fact]
    public async Task Texts_of_machines_hosts_and_users_run_nothing()
    {
        var chromium = Judge.Require("chromium");
        var sensors = new TestSensors
        {
            Result = new MachineSensorsResult.Read(
                [new(Attack, 1, Attack, null, MachineSensorStatus.Ok)], new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)),
        };
        await using var host = await DashboardHost.StartAsync(sensors: sensors);
        var machine = await host.AddMachineAsync("52:54:00:12:34:56", "rack1-node7");
        await host.Core.Timeline.ObserveAsync(
            new Observation(host.Core.TimeProvider.GetUtcNow(), MacAddress.Parse("52:54:00:12:34:56"), Observation.Syslog, Attack),
            Cancellation);
        await host.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Warning, "Node", Attack), Cancellation);
        await host.Core.UserGroups.Records.CreateAsync(new UserGroup { Name = "staff", Description = Attack }, "admin", Cancellation);
        await host.Core.Users.UpdateAsync("bob", "\"><script>window.attacked=1</script>@example.com", false, host.Admin, Cancellation);
        Report(host, Attack);
        await host.Core.Hosts.AnnounceAsync([], cancellationToken: Cancellation);
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var (page, errors) = (browser.Page, browser.Errors);
        await page.SignInAsync(host.Origin + "/MAAS/");
        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node7" }).WaitForAsync();
        foreach (var (path, times) in new[]
        {
            ($"machines/{machine.Id}", 2), ("events", 1), ("users", 1), ("groups", 1), ("health", 1),
        })
        {
            await page.GotoAsync($"{host.Origin}/MAAS/{path}");
            await page.GetByText("window.attacked").Nth(times - 1).WaitForAsync();
            (await page.Locator("main img, main script").CountAsync()).Should().Be(0, "{0} shows text", path);
            (await page.EvaluateAsync<bool>("'attacked' in window")).Should().BeFalse(path);
        }

        await page.GotoAsync($"{host.Origin}/MAAS/machines/{machine.Id}");
        await page.PressAsync("Read the sensors");
        await page.GetByRole(AriaRole.Region, new() { Name = "Sensors" }).GetByText("window.attacked").First.WaitForAsync();
        (await page.Locator("main img, main script").CountAsync()).Should().Be(0);
        (await page.EvaluateAsync<bool>("'attacked' in window")).Should().BeFalse();
        errors.Should().BeEmpty("no script had to be blocked");
    }

    [Fact]
    public async Task A_page_whose_connection_dropped_goes_on_where_it_was()
    {
        var chromium = Judge.Require("chromium");
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachineAsync("52:54:00:00:00:01", "rack1-node1");
        await using var way = new CuttableConnection(host.Origin);
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var page = browser.Page;
        await page.SignInAsync(way.Origin + "/MAAS/");
        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node1" }).WaitForAsync();
        await page.GetByLabel("Select rack1-node1.maas").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).WaitForAsync();
        await page.EvaluateAsync("window.opened = true");

        way.Cut();
        await page.GetByText("Rejoin").First.WaitForAsync(); // it says that it tries again
        await host.AddMachineAsync("52:54:00:00:00:02", "rack1-node2"); // meanwhile
        way.Mend();

        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node2" }).WaitForAsync();
        (await page.EvaluateAsync<bool>("window.opened === true")).Should().BeTrue("it was not loaded again");
        (await page.GetByLabel("Select rack1-node1.maas").IsCheckedAsync()).Should().BeTrue();
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await page.GetByText("Accept: 1 done.").WaitForAsync();
    }

    private static void Report(DashboardHost host, string why) => host.Core.Hosts.Report(new HostReport
    {
        Health = HostHealth.Degraded,
        Parts = [new HostPart("maas-networks", HostHealth.Degraded, why)],
        Throughput = [new HostThroughput("DHCP requests", "", 1234, 0.5)],
        Disks = [new HostDiskUse { Name = "data directory", Free = 1 << 30, Size = 10L << 30, Spare = 256 << 20 }],
    });
}
