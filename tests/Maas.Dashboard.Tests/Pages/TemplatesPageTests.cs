using Bunit;
using Maas.Core.Nodes;
using Maas.Dashboard.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>Templates and snippets: edited, checked, compared, restored and deleted.</summary>
public sealed class TemplatesPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task A_template_is_saved_compared_restored_and_deleted()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var library = host.Services.GetRequiredService<IAnswerTemplates>();
        var page = context.Render<TemplatesPage>();
        page.Press("Replace built-in debian/user");
        page.WaitForAssertion(
            () => page.Find("#template-text").GetAttribute("value").Should().StartWith("d-i passwd/root-login"), Patience);

        page.Find("#template-scope").Change("Tag");
        page.Find("#template-value").Change("lab");
        page.Find("#template-text").Change("d-i passwd/root-login boolean true\n");
        page.Press("Compare with the built-in text");
        page.WaitForAssertion(() => page.Find("pre").TextContent.Should().Contain("+d-i passwd/root-login boolean true"), Patience);
        page.Find("form.template").Submit();
        page.ShouldSay("debian/user was saved for tag lab.");

        page.Find("#template-text").Change("d-i passwd/root-login boolean false\n");
        page.Find("#template-comment").Change("no root");
        page.Find("form.template").Submit();
        ShouldList("2"); // the comment is in its field before it is saved
        page.Press("Take its text: revision 1");
        page.Press("Compare with the saved text");
        page.WaitForAssertion(() => page.Find("pre").TextContent.Should().Contain("-d-i passwd/root-login boolean false"), Patience);
        page.Find("form.template").Submit();

        ShouldList("3");
        (await library.ListAsync(Cancellation)).Should().Contain(each => each.Revision == 3 && each.Text.Contains("boolean true"));
        page.Confirm("Delete debian/user for tag lab");
        page.ShouldSay("was deleted");
        (await library.ListAsync(Cancellation)).Should().OnlyContain(each => each.Revision == 0);

        void ShouldList(string revision) => page.WaitForAssertion(() => page.FindAll("tbody tr").Should().Contain(
            row => row.TextContent.Contains("tag lab") && row.Children[2].TextContent == revision), Patience);
    }

    [Fact]
    public async Task A_wrong_template_is_shown_by_line_and_column_and_not_saved()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<TemplatesPage>();
        page.WaitForElement("#template-name", Patience).Change("lab/motd");
        page.Find("#template-text").Change("fine\nhello {{ machine.description }}\n");

        page.Find("form.template").Submit();

        page.ShouldSay("lab/motd, line 2, column ");
        page.Find("pre").TextContent.Should().StartWith("2 | hello {{ machine.description }}\n").And.EndWith("^");
        (await host.Services.GetRequiredService<IAnswerTemplates>().ListAsync(Cancellation))
            .Should().NotContain(each => each.Name == "lab/motd");
    }

    [Fact]
    public async Task A_preview_shows_what_a_machine_would_receive_and_what_changes()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var page = context.Render<TemplatesPage>();
        page.Press("Replace built-in debian/user");
        page.WaitForAssertion(
            () => page.Find("#template-text").GetAttribute("value").Should().StartWith("d-i passwd/root-login"), Patience);
        page.Find("#template-text").Change("d-i passwd/username string {{ machine.hostname }}\n");
        page.Find("#template-machine").Change("alpha.maas");
        page.Submit(1, "form.edit");

        page.WaitForAssertion(() => page.FindAll("pre").Should().HaveCount(2), Patience);
        page.FindAll("pre")[0].TextContent.Should().Be("d-i passwd/username string alpha\n");
        page.FindAll("pre")[1].TextContent.Should().Contain("+d-i passwd/username string alpha");
        page.Find("#template-text").Change("{{ snippet \"no/such\" }}");
        page.Submit(1, "form.edit");
        page.ShouldSay("no/such");
        page.Find("#template-machine").Change("beta");
        page.Submit(1, "form.edit");
        page.ShouldSay("There is no such machine.");
    }

    [Fact]
    public async Task A_revision_that_was_saved_meanwhile_is_not_overwritten()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var library = host.Services.GetRequiredService<IAnswerTemplates>();
        await library.SaveAsync(new AnswerTemplate("lab/motd", "one\n"), "admin", Cancellation);
        var page = context.Render<TemplatesPage>();
        page.Press("Edit lab/motd for all");
        page.WaitForAssertion(() => page.Find("#template-name").GetAttribute("value").Should().Be("lab/motd"), Patience);
        await library.SaveAsync(new AnswerTemplate("lab/motd", "two\n") { Revision = 1 }, "bob", Cancellation);

        page.Find("#template-text").Change("three\n");
        page.Find("form.template").Submit();

        page.ShouldSay("saved meanwhile as revision 2");
        (await library.ListAsync(Cancellation)).Should().Contain(each => each.Text == "two\n");
    }

    [Fact]
    public async Task Templates_are_for_administrators_and_need_installers()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var users = PageContext.Of(host, "bob");
        users.Render<TemplatesPage>().WaitForElement("p").TextContent.Should().Contain("Only an administrator");
        await using var without = PageContext.Of(host, templates: false);
        without.Render<TemplatesPage>().WaitForElement("p").TextContent.Should().Contain("no installers");
    }
}
