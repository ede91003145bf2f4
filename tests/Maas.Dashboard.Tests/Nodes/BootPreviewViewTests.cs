using Bunit;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Dashboard.Nodes;
using Maas.Dashboard.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Tests.Nodes;

/// <summary>Boot scripts and answer files on the page of a machine, and what changes in them.</summary>
public sealed class BootPreviewViewTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task Scripts_and_answer_files_are_compared_with_the_last_ones_another_machines_and_a_version_of_a_template()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await host.AddReadyMachineAsync("52:54:00:00:00:02", "beta");
        await host.Core.ReceivedBootFiles.RecordAsync(machine, "iPXE script", "#!ipxe\nexit 1\n", Cancellation);
        var templates = host.Services.GetRequiredService<IAnswerTemplates>();
        await SaveAsync("d-i passwd/username string first\n", 0);
        await SaveAsync("d-i passwd/username string second\n", 1);
        await using var context = PageContext.Of(host);
        context.Services.AddSingleton<IBootPreview, FixedBootPreview>();
        var view = context.Render<BootPreviewView>(parameters => parameters.Add(each => each.Id, machine.Id));

        view.Find("summary").Click();
        Shows("Difference of iPXE script", "+echo alpha <img src=x");
        view.Markup.Should().Contain("It differs from what the machine received since").And.NotContain("<img");
        view.Find("#preview-recipe").Change("debian/bookworm");
        view.Find("form").Submit();
        Shows("Text of preseed.cfg", "d-i passwd/username string second");
        Shows("Text of preseed.cfg", "http://10.0.0.1:5240/MAAS");
        Shows("Text of preseed.cfg", "********");

        view.Find("#preview-with").Change("Machine");
        view.WaitForElement("#preview-machine", Patience).Change("beta.maas");
        view.Find("form").Submit();
        Shows("Difference of preseed.cfg", "+++ alpha.maas");
        view.Find("#preview-machine").Change("gamma");
        view.Find("form").Submit();
        view.ShouldSay("There is no such machine.");

        view.Find("#preview-with").Change("Template");
        var first = view.WaitForElement("#preview-revision", Patience).QuerySelectorAll("option")
            .Single(option => option.TextContent.StartsWith("revision 1 of debian/user", StringComparison.Ordinal));
        view.Find("#preview-revision").Change(first.GetAttribute("value"));
        view.Find("form").Submit();
        Shows("Difference with revision 1 of debian/user, Global", "-d-i passwd/username string second\n+d-i passwd/username string first");

        async Task SaveAsync(string text, int revision) => (await templates.SaveAsync(
            new AnswerTemplate("debian/user", text) { Revision = revision }, "admin", Cancellation))
            .Should().BeOfType<AnswerTemplateResult.Done>();

        void Shows(string label, string text) => view.WaitForAssertion(
            () => view.Find($"[aria-label='{label}']").TextContent.Should().Contain(text), Patience);
    }

    [Fact]
    public async Task A_user_sees_no_template_versions_and_no_other_users_machine()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        var other = await host.AddReadyMachineAsync("52:54:00:00:00:02", "beta");
        await host.DoAsync(other.Id, new MachineCommand.Allocate("admin"));
        await using var context = PageContext.Of(host, "bob");
        context.Services.AddSingleton<IBootPreview, FixedBootPreview>();
        var view = context.Render<BootPreviewView>(parameters => parameters.Add(each => each.Id, machine.Id));
        view.Find("summary").Click();

        view.WaitForElement("#preview-with", Patience).Change("Machine");
        view.FindAll("#preview-with option").Should().HaveCount(2);
        view.Find("#preview-machine").Change(other.Id.ToString());
        view.Find("form").Submit();

        view.ShouldSay("There is no such machine.");
        await using var foreign = PageContext.Of(host, "bob");
        var hidden = foreign.Render<BootPreviewView>(parameters => parameters.Add(each => each.Id, other.Id));
        hidden.Find("summary").Click();
        hidden.WaitForAssertion(() => hidden.Markup.Should().NotContain("iPXE"), Patience);
    }
}
