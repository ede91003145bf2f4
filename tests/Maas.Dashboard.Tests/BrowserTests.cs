using Maas.Core;
using Maas.Core.Nodes;
using Maas.Dashboard.Tests.Consoles;
using Maas.Judges;
using Microsoft.Playwright;

namespace Maas.Dashboard.Tests;

/// <summary>The dashboard in Debian's Chromium, by mouse and keyboard.</summary>
public sealed class BrowserTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_signs_in_sees_a_machine_enlist_accepts_it_and_reads_its_page()
    {
        var chromium = Judge.Require("chromium");
        await using var host = await DashboardHost.StartAsync();
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var (page, errors) = (browser.Page, browser.Errors);

        await page.GotoAsync(host.Origin + "/MAAS/?status=New");
        await page.ExpectAccessibleAsync("sign-in");
        await page.GetByLabel("User name").FillAsync("admin");
        await page.GetByLabel("Password or API key").FillAsync(DashboardHost.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("No machine matches").WaitForAsync();
        page.Url.Should().EndWith("/MAAS/?status=New", "the page that was asked for is shown after signing in");

        await page.GetByRole(AriaRole.Link, new() { Name = "Show all machines" }).ClickAsync();
        await page.GetByText("0 machines").WaitForAsync();
        await page.ExpectAccessibleAsync("empty");
        var machine = ((CreateResult.Created)await host.Core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")], Hostname = "rack1-node7" }, Cancellation)).Machine;
        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node7" }).WaitForAsync(); // without a reload

        await page.GetByLabel("Select rack1-node7.maas").CheckAsync();
        await page.ExpectAccessibleAsync("machines");
        await page.GetByText("More actions").ClickAsync();
        await page.ExpectAccessibleAsync("bulk");
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await page.GetByText("Accept: 1 done.").WaitForAsync();
        await page.Locator("tbody").GetByText("Commissioning").WaitForAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByText("are forgotten").WaitForAsync();
        await page.ExpectAccessibleAsync("confirm");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation)).Should().NotBeNull();

        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node7" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Boot timeline" }).WaitForAsync();
        (await page.GetByText("52:54:00:12:34:56").CountAsync()).Should().BeGreaterThan(0);
        await page.ExpectAccessibleAsync("machine");

        string[] names = ["Images", "Networks", "DNS", "Events", "Scripts", "Templates", "Users", "Groups", "Settings", "Health"];
        foreach (var name in names)
        {
            await page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
            await page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true }).WaitForAsync();
            await page.ExpectAccessibleAsync(name.ToLowerInvariant());
        }

        await page.GetByRole(AriaRole.Link, new() { Name = "Zones", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Zones, pools and tags" }).WaitForAsync();
        await page.ExpectAccessibleAsync("zones");
        errors.Should().BeEmpty("no script is blocked and none fails");
    }

    [Fact]
    public async Task An_operator_changes_a_template_deploys_with_a_layout_types_on_the_console_and_ends_the_sessions_by_keyboard()
    {
        var chromium = Judge.Require("chromium");
        var consoles = new TestConsoles();
        await using var host = await DashboardHost.StartAsync(consoles: consoles);
        await host.AddImageAsync("custom/debian-12", "tgz");
        var machine = await host.AddReadyMachineAsync("52:54:00:12:34:56", "rack1-node7");
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var (page, errors) = (browser.Page, browser.Errors);
        await page.SignInAsync(host.Origin + "/MAAS/templates");

        await page.PressAsync("Replace built-in debian/user");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Replace debian/user" }).WaitForAsync();
        await page.GetByLabel("For which machines").SelectOptionAsync("Machine");
        await page.GetByLabel("Which one").FillAsync(machine.Id.ToString());
        await page.GetByLabel("Text", new() { Exact = true }).FillAsync("d-i passwd/user-fullname string {{ machine.description }}\n");
        await page.PressAsync("Save template");
        await page.GetByText("debian/user, line 1, column").WaitForAsync();
        await page.ExpectAccessibleAsync("template-error");
        await page.GetByLabel("Text", new() { Exact = true }).FillAsync("d-i passwd/username string {{ machine.hostname }}\n");
        await page.PressAsync("Preview");
        await page.GetByText("d-i passwd/username string rack1-node7").First.WaitForAsync();
        await page.PressAsync("Save template");
        await page.GetByText("debian/user was saved").WaitForAsync();
        await page.ExpectAccessibleAsync("template-saved");

        await page.GetByRole(AriaRole.Link, new() { Name = "Machines" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node7" }).ClickAsync();
        // A page that is opened takes the focus, to its heading.
        await page.Locator("h1:focus", new() { HasText = "rack1-node7" }).WaitForAsync();
        await page.PressAsync("Open the serial console");
        await consoles.PrintAsync("rack1-node7 login: <img src=x onerror=alert(1)>");
        await page.GetByText("login: <img").WaitForAsync();
        await page.GetByLabel("Type a line").FillAsync("root");
        await page.Keyboard.PressAsync("Enter");
        (await consoles.ReadTypedAsync(5)).Should().Be("root\r");
        await page.ExpectAccessibleAsync("console");

        await page.PressAsync("Deploy");
        await page.GetByLabel("Storage layout").SelectOptionAsync("lvm");
        await page.GetByText("LVM volume for vgroot").WaitForAsync();
        await page.ExpectAccessibleAsync("deploy");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Deploy" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Deploying now" }).WaitForAsync();
        await host.ReportAsync(machine.Id, new MachineReport.ImageDelivered(0));
        await host.ReportAsync(machine.Id, new MachineReport.ImageDelivered(40));
        await page.GetByText("The image is written to 40 %.").WaitForAsync();
        await page.ExpectAccessibleAsync("deploying");

        await page.GetByRole(AriaRole.Link, new() { Name = "admin", Exact = true }).ClickAsync();
        await page.GetByText("this session").WaitForAsync();
        await page.ExpectAccessibleAsync("account");
        errors.Should().BeEmpty("no script is blocked and none fails");
        await page.PressAsync("Sign out everywhere");
        await page.PressAsync("Yes");
        await page.GetByLabel("Password or API key").WaitForAsync();
    }

    [Fact]
    public async Task An_operator_edits_a_script_and_networks_and_reads_what_a_machine_would_receive_by_keyboard()
    {
        var chromium = Judge.Require("chromium");
        await using var host = await DashboardHost.StartAsync(bootPreview: new FixedBootPreview());
        await host.AddImageAsync("custom/live", "squashfs");
        var machine = await host.AddReadyMachineAsync("52:54:00:12:34:56", "rack1-node7");
        await host.Core.ReceivedBootFiles.RecordAsync(machine, "iPXE script", "#!ipxe\nexit 1\n", Cancellation);
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var (page, errors) = (browser.Page, browser.Errors);
        await page.SignInAsync(host.Origin + "/MAAS/scripts");

        await page.GetByLabel("Script", new() { Exact = true }).FillAsync("#!/bin/sh\nexit 0\n");
        await page.PressAsync("Add script");
        await page.GetByText("name: This field is required.").WaitForAsync();
        await page.GetByLabel("Or a file").SetInputFilesAsync(new FilePayload
        {
            Name = "look", MimeType = "text/x-sh", Buffer = "#!/bin/sh\necho '<img src=x onerror=alert(1)>'\n"u8.ToArray(),
        });
        await page.WaitForFunctionAsync("() => document.querySelector('#script-text').value.includes('<img')");
        await page.PressAsync("Add script");
        await page.GetByText("The script was saved.").WaitForAsync();
        await page.PressAsync("Compare with revision 1");
        await page.GetByText("No difference.").WaitForAsync();
        await page.ExpectAccessibleAsync("script");

        await page.GetByRole(AriaRole.Link, new() { Name = "Networks", Exact = true }).ClickAsync();
        await page.PressAsync("Add subnet");
        await page.GetByLabel("Network, such as").FillAsync("10.1.0.0/24");
        await page.GetByLabel("Gateway").FillAsync("10.1.0.1");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("gateway of the subnet").WaitForAsync();
        await page.PressAsync("Change VLAN untagged of fabric-0");
        await page.ExpectAccessibleAsync("network-forms");
        await page.PressAsync("Delete subnet 10.1.0.0/24 with its ranges and reserved addresses");
        await page.PressAsync("Yes");
        await page.GetByText("10.1.0.0/24 was deleted.").WaitForAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Machines" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node7" }).ClickAsync();
        await page.Locator("h1:focus", new() { HasText = "rack1-node7" }).WaitForAsync();
        await page.GetByText("What it would receive at its next boot").PressAsync("Enter");
        await page.GetByText("+echo rack1-node7 <img src=x").WaitForAsync();
        await page.GetByLabel("Answer files").SelectOptionAsync("debian/bookworm");
        await page.PressAsync("Show");
        await page.GetByText("Text of preseed.cfg").PressAsync("Enter");
        await page.GetByText("_preseed_V1").WaitForAsync();
        await page.ExpectAccessibleAsync("boot-preview");

        await page.PressAsync("Deploy");
        // It takes the focus when it is there.
        await page.WaitForFunctionAsync("() => document.querySelector('[role=dialog]')?.contains(document.activeElement)");
        await page.GetByLabel("Run in memory").PressAsync("Space");
        await page.GetByText("Nothing is written to its disks").WaitForAsync();
        (await page.GetByLabel("Storage layout").CountAsync()).Should().Be(0);
        await page.ExpectAccessibleAsync("deploy-in-memory");
        errors.Should().BeEmpty("no script is blocked and none fails");
    }

    [Fact]
    public async Task A_list_of_thousands_is_scrolled_searched_and_grouped()
    {
        var chromium = Judge.Require("chromium");
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachinesAsync(5000);
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var (page, errors) = (browser.Page, browser.Errors);
        await page.SignInAsync(host.Origin + "/MAAS/");
        await page.GetByText("5,000 machines").WaitForAsync();
        await LiveAsync(page); // a list that is scrolled before begins at its top again

        await ScrollAsync(page, 1);
        await LineAsync(page, "node-004999");
        (await page.Locator("tbody tr").CountAsync()).Should().BeLessThan(120, "the list is virtualized");
        await ScrollAsync(page, 0.5);
        await LineAsync(page, "node-002500");
        await host.AddMachinesAsync(1, first: 5000);
        await page.GetByText("5,001 machines").WaitForAsync(); // without a reload
        await page.GetByLabel("Sort").SelectOptionAsync("-name");
        await LineAsync(page, "node-005000"); // another list begins at its top

        await page.GetByLabel("Group by").SelectOptionAsync("status");
        await page.GetByRole(AriaRole.Button, new() { Name = "New: 4,500" }).WaitForAsync();
        page.Url.Should().EndWith("?sort=-name&group=status");
        await ScrollAsync(page, 1);
        await LineAsync(page, "node-000000");
        await ScrollAsync(page, 0);
        await page.PressAsync("New: 4,500");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ready: 501" }).WaitForAsync();
        await LineAsync(page, "node-005000");
        await page.ExpectAccessibleAsync("groups");

        await page.GetByLabel("Search machines").FillAsync("node-0049 tag:rare");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("1 machine", new() { Exact = true }).WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Machines", Exact = true }).ClickAsync();
        await page.GetByText("5,001 machines").WaitForAsync();
        errors.Should().BeEmpty("no script is blocked and none fails");
    }

    [Theory, Trait("Category", "Long")]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public async Task The_first_page_of_many_machines_is_there_at_once(int count)
    {
        var chromium = Judge.Require("chromium");
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachinesAsync(count);
        await using var browser = await OpenBrowser.StartAsync(chromium);
        var page = browser.Page;
        await page.SignInAsync(host.Origin + "/MAAS/");
        await LineAsync(page, "node-000000");
        await MeasureAsync("first page, to be read", async _ =>
        {
            await page.GotoAsync(host.Origin + "/MAAS/", new() { WaitUntil = WaitUntilState.Commit });
            await LineAsync(page, "node-000000");
        });
        await MeasureAsync("first page, to be used", async _ =>
        {
            await page.GotoAsync(host.Origin + "/MAAS/");
            await LiveAsync(page);
        });
        await MeasureAsync("jump to another place", async round =>
        {
            var place = (round + 1) / 6.0;
            await ScrollAsync(page, place);
            await LineAsync(page, $"node-{(int)(count * place):d6}");
        });
        await MeasureAsync("jump to the end and back", async _ =>
        {
            await ScrollAsync(page, 1);
            await LineAsync(page, $"node-{count - 1:d6}");
            await ScrollAsync(page, 0);
            await LineAsync(page, "node-000000");
        });
        await MeasureAsync("first page in groups", async _ =>
        {
            await page.GotoAsync(host.Origin + "/MAAS/?group=status");
            await LineAsync(page, "node-000001");
        });
        (await page.Locator("tbody th a").CountAsync()).Should().BeInRange(1, 100, "the list is virtualized");

        async Task MeasureAsync(string what, Func<int, Task> run)
        {
            var times = new List<double>();
            for (var round = 0; round < 5; round++)
            {
                var start = System.Diagnostics.Stopwatch.GetTimestamp();
                await run(round);
                times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            TestContext.Current.SendDiagnosticMessage(
                $"{count:N0} machines, {what}, in ms: {string.Join(", ", times.Select(time => $"{time:0}"))}");
        }
    }

    private static Task LineAsync(IPage page, string name) =>
        page.GetByRole(AriaRole.Link, new() { Name = name + ".maas", Exact = true }).WaitForAsync();

    // Boxes are enabled once the page is live; the lines are there before.
    private static Task LiveAsync(IPage page) => page.GetByLabel("Select node-000000.maas").ClickAsync(new() { Trial = true });

    // A part of the list's height from above.
    private static Task ScrollAsync(IPage page, double part) =>
        page.Locator(".long").EvaluateAsync("(list, part) => list.scrollTop = part * (list.scrollHeight - list.clientHeight)", part);
}
