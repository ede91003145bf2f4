using System.Net;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>The list of machines as it is in the document, before the page is live.</summary>
public sealed class FirstPageTests
{
    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Theory]
    [InlineData("", "/MAAS/")]
    [InlineData("/lab", "/lab/MAAS/")]
    [InlineData("/lab", "/lab/MAAS")]
    public async Task The_machines_are_in_the_document_and_nothing_can_be_pressed_yet(string pathBase, string path)
    {
        await using var host = await DashboardHost.StartAsync(pathBase);
        var machine = await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        using var client = await SignInAsync(host, pathBase, "admin");

        var page = await client.GetStringAsync(path, Cancellation);

        page.Should().Contain($"<base href=\"{pathBase}/MAAS/\"").And.Contain($"href=\"machines/{machine.Id}\">alpha.maas</a>");
        page.Should().Contain("1 machine").And.Contain("href=\"templates\"", "the pages of an administrator are named");
        var boxes = page.Split("<input type=\"checkbox\"")[1..];
        boxes.Should().HaveCount(2).And.OnlyContain(box => box.Split('>', 2)[0].Contains("disabled"));
    }

    [Fact]
    public async Task The_browser_itself_can_send_the_form()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        await host.AddMachineAsync("52:54:00:00:00:02", "beta");
        using var client = await SignInAsync(host, "", "admin");

        var page = await client.GetStringAsync("/MAAS/?q=bet&status=&group=&sort=name", Cancellation);

        page.Should().Contain(">beta.maas</a>").And.NotContain(">alpha.maas</a>").And.Contain("name=\"q\"").And.Contain("value=\"bet\"");
    }

    [Fact]
    public async Task A_search_is_text_in_the_document_and_one_that_reads_every_machine_is_left_to_the_live_page()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddMachineAsync("52:54:00:00:00:01", "alpha");
        using var client = await SignInAsync(host, "", "admin");

        (await client.GetStringAsync($"/MAAS/?q={Uri.EscapeDataString("\"><script>attack()</script>")}", Cancellation))
            .Should().NotContain("<script>attack").And.Contain("No machine matches.");
        (await client.GetStringAsync("/MAAS/?q=bmc:10.0.0.9", Cancellation))
            .Should().Contain("Reading the machines").And.NotContain("alpha");
    }

    [Fact]
    public async Task It_has_the_machines_that_its_user_may_see()
    {
        await using var host = await DashboardHost.StartAsync();
        var hidden = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha", "vda");
        await host.DoAsync(hidden.Id, new MachineCommand.Allocate("admin"));
        await host.AddReadyMachineAsync("52:54:00:00:00:02", "beta", "vda");
        using var client = await SignInAsync(host, "", "bob");

        using var answer = await client.GetAsync("/MAAS/", Cancellation);

        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().Contain(">beta.maas</a>").And.NotContain("alpha")
            .And.NotContain("href=\"templates\"").And.NotContain("Add machine");
    }

    private static async Task<HttpClient> SignInAsync(DashboardHost host, string pathBase, string user)
    {
        var client = host.NewClient();
        using var answer = await client.GetAsync(pathBase + "/MAAS/" + host.Links.Create(user), Cancellation);
        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        return client;
    }
}
