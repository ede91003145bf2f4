using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Maas.Core;
using Maas.Core.Nodes;
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
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], // CI runs as root in a container
        });
        await using var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1280, Height = 800 },
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            // A page that is left ends its web socket, which Chromium reports too.
            if (message.Type == "error") errors.Add(message.Text);
        };

        await page.GotoAsync(host.Origin + "/MAAS/?status=New");
        await CheckAsync(page, "sign-in");
        await page.GetByLabel("User name").FillAsync("admin");
        await page.GetByLabel("Password or API key").FillAsync(DashboardHost.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("No machine matches").WaitForAsync();
        page.Url.Should().EndWith("/MAAS/?status=New", "the page that was asked for is shown after signing in");

        await page.GetByRole(AriaRole.Link, new() { Name = "Show all machines" }).ClickAsync();
        await page.GetByText("0 machines").WaitForAsync();
        await CheckAsync(page, "empty");
        var machine = ((CreateResult.Created)await host.Core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")], Hostname = "rack1-node7" }, Cancellation)).Machine;
        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node7" }).WaitForAsync(); // without a reload

        await page.GetByLabel("Select rack1-node7.maas").CheckAsync();
        await CheckAsync(page, "machines");
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await page.GetByText("Accept: 1 done.").WaitForAsync();
        await page.Locator("tbody").GetByText("Commissioning").WaitForAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByText("are forgotten").WaitForAsync();
        await CheckAsync(page, "confirm");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation)).Should().NotBeNull();

        await page.GetByRole(AriaRole.Link, new() { Name = "rack1-node7" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Boot timeline" }).WaitForAsync();
        (await page.GetByText("52:54:00:12:34:56").CountAsync()).Should().BeGreaterThan(0);
        await CheckAsync(page, "machine");

        foreach (var name in new[] { "Images", "Networks", "DNS", "Events", "Scripts", "Users", "Settings", "Health" })
        {
            await page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
            await page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true }).WaitForAsync();
            await CheckAsync(page, name.ToLowerInvariant());
        }

        errors.Should().BeEmpty("no script is blocked and none fails");
    }

    // The sign-in page has no theme beside its style sheet.
    private const string Themed = """
        dark => {
            const ground = getComputedStyle(document.documentElement).getPropertyValue('--mud-palette-surface').match(/\d+/);
            return !ground || (ground[0] < 128) === dark;
        }
        """;

    /// <summary>Light and dark, wide and narrow: no violation of axe's rules, and nothing wider than the screen.</summary>
    private static async Task CheckAsync(IPage page, string name)
    {
        (int, ColorScheme)[] screens =
            [(1280, ColorScheme.Light), (390, ColorScheme.Dark), (390, ColorScheme.Light), (1280, ColorScheme.Dark)];
        foreach (var (width, scheme) in screens)
        {
            await page.SetViewportSizeAsync(width, 800);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.WaitForFunctionAsync(Themed, scheme is ColorScheme.Dark); // the server writes the theme
            await ShootAsync(page, $"{name}-{width}-{scheme}".ToLowerInvariant());
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width, name);
            var result = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
            string.Join('\n', result.Violations.Select(each =>
                    $"{each.Id}: {each.Help} {string.Join(' ', each.Nodes.Take(3).Select(node => node.Html))}"))
                .Should().BeEmpty("{0} at {1} in {2} is accessible", name, width, scheme);
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1280, 800);
    }

    // MAAS_DASHBOARD_IMAGES names a folder for all pictures; UPDATE_GOLDEN=1 writes those of the documentation.
    private static async Task ShootAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("MAAS_DASHBOARD_IMAGES") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1" && name is "machines-1280-light" or "machine-1280-light")
            await page.ScreenshotAsync(new() { Path = Repository.PathOf($"docs/images/dashboard-{name}.png") });
    }
}
