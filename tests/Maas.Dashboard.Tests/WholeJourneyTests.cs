using Maas.Judges;
using Microsoft.Playwright;

namespace Maas.Dashboard.Tests;

/// <summary>
/// A machine's whole life in Debian's Chromium: <c>MaasServer --demo</c>, whose simulated machines boot over the real protocols.
/// </summary>
public sealed class WholeJourneyTests
{
    private const float Patience = 120_000; // ms

    [Fact]
    public async Task An_operator_accepts_deploys_and_releases_a_machine_that_enlisted()
    {
        var chromium = Judge.Require("chromium");
        await using var demonstration = await Demonstration.StartAsync("MaasServer", "--demo", "12");
        await DriveAsync(chromium, demonstration.SignInLink.AbsoluteUri);
    }

    private static async Task DriveAsync(string chromium, string link)
    {
        await using var browser = await OpenBrowser.StartAsync(chromium, Patience);
        var page = browser.Page;
        await page.GotoAsync(link);

        // All have come to rest, without a reload: one failed its tests, two wait to be accepted.
        var rows = page.Locator("tbody tr");
        await Assertions.Expect(page.Locator("tbody tr th a")).ToHaveCountAsync(12, new() { Timeout = Patience });
        await page.Locator("tr", new() { HasText = "demo-07" }).GetByText("Failed").WaitForAsync();
        await Assertions.Expect(page.Locator("tbody .status").GetByText("Deployed", new() { Exact = true }))
            .ToHaveCountAsync(3, new() { Timeout = Patience });
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await page.ScreenshotAsync(new() { Path = Repository.PathOf("docs/images/dashboard-demo.png") });

        await page.GetByRole(AriaRole.Link, new() { Name = "demo-07" }).ClickAsync();
        await page.GetByText("20-maas-disk-read").First.WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Machines" }).First.ClickAsync();

        // By keyboard: the machine's box is checked with the space bar, and the button pressed with Enter.
        await Assertions.Expect(page.GetByLabel("Select demo-12.maas")).ToBeEnabledAsync(new() { Timeout = Patience }); // the page is live
        await page.GetByLabel("Select demo-12.maas").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await StatusAsync(rows, "Ready");

        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Image").SelectOptionAsync("custom/demo");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await StatusAsync(rows, "Deployed");

        await page.GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await StatusAsync(rows, "Ready");
    }

    private static Task StatusAsync(ILocator rows, string status) =>
        rows.Filter(new() { HasText = "demo-12" }).GetByText(status, new() { Exact = true }).WaitForAsync();
}
