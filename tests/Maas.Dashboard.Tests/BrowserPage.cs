using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Maas.Judges;
using Microsoft.Playwright;

namespace Maas.Dashboard.Tests;

/// <summary>What the tests in the browser have in common.</summary>
internal static class BrowserPage
{
    // The sign-in page has no theme beside its style sheet.
    private const string Themed = """
        dark => {
            const ground = getComputedStyle(document.documentElement).getPropertyValue('--mud-palette-surface').match(/\d+/);
            return !ground || (ground[0] < 128) === dark;
        }
        """;

    // By width all rules, in both colours the rule of contrast, which alone depends on them: reading a page is most of a test's time.
    private static readonly (int Width, ColorScheme Scheme, RunOnlyOptions? Only)[] S_screens =
    [
        (1280, ColorScheme.Light, null), (390, ColorScheme.Dark, null),
        (390, ColorScheme.Light, RunOnlyOptions.Rules("color-contrast")), (1280, ColorScheme.Dark, RunOnlyOptions.Rules("color-contrast")),
    ];

    /// <summary>Opens a page as the administrator.</summary>
    public static async Task SignInAsync(this IPage page, string url)
    {
        await page.GotoAsync(url);
        await page.GetByLabel("User name").FillAsync("admin");
        await page.GetByLabel("Password or API key").FillAsync(DashboardHost.Password);
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>A button by keyboard: it has the focus, and Enter presses it.</summary>
    public static Task PressAsync(this IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).PressAsync("Enter");

    /// <summary>Light and dark, wide and narrow: no violation of axe's rules, and nothing wider than the screen.</summary>
    public static async Task ExpectAccessibleAsync(this IPage page, string name)
    {
        foreach (var (width, scheme, only) in S_screens)
        {
            await page.SetViewportSizeAsync(width, 800);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.WaitForFunctionAsync(Themed, scheme is ColorScheme.Dark); // the server writes the theme
            await ShootAsync(page, $"{name}-{width}-{scheme}".ToLowerInvariant());
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width, name);
            var result = await page.RunAxe(new AxeRunOptions { RunOnly = only, ResultTypes = [ResultType.Violations] });
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
