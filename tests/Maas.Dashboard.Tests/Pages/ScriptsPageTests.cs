using System.Text;
using Bunit;
using Maas.Dashboard.Pages;
using Microsoft.AspNetCore.Components.Forms;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>Scripts: viewed, added, uploaded, edited, compared, restored and deleted.</summary>
public sealed class ScriptsPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task A_script_is_added_edited_compared_restored_and_deleted()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<ScriptsPage>();
        page.WaitForElement("#script-text", Patience).Change(ScriptOf("look", "00:01:00", "echo one"));
        page.Find("form").Submit();
        page.ShouldSay("The script was saved.");
        page.WaitForAssertion(() => page.Find("#script-title").TextContent.Should().Be("Edit look"), Patience);

        page.Find("#script-text").Change(ScriptOf("look", "00:02:00", "echo two"));
        page.Find("#script-comment").Change("says two");
        page.Find("form").Submit();
        page.ShouldSay("look was saved.");
        page.WaitForAssertion(() => page.Markup.Should().Contain("says two"), Patience);
        var script = (await host.Core.NodeScripts.ListAsync(Cancellation)).Should().ContainSingle().Subject;
        script.TimeoutSeconds.Should().Be(60, "the time limit of a stored script is the administrator's, as in the API");

        page.Press("Compare with revision 1");
        page.WaitForAssertion(() => page.Find("[aria-label='Difference from revision 1']").TextContent.Should()
            .Contain("-echo one").And.Contain("+echo two"), Patience);
        page.Press("Take its text: revision 1");
        page.WaitForAssertion(() => page.Find("#script-text").GetAttribute("value").Should().Contain("echo one"), Patience);
        page.Find("form").Submit();
        page.WaitForAssertion(() => host.Core.NodeScripts.HistoryAsync(script.Id).Result[0].Number.Should().Be(3), Patience);

        page.Confirm("Delete look");
        page.ShouldSay("look was deleted.");
        (await host.Core.NodeScripts.ListAsync(Cancellation)).Should().BeEmpty();
        page.WaitForAssertion(() => page.Find("#script-title").TextContent.Should().Be("Add a script"), Patience);
    }

    [Fact]
    public async Task Wrong_metadata_is_shown_by_line_and_what_was_typed_is_kept()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<ScriptsPage>();
        page.WaitForElement("#script-text", Patience).Change(
            "echo no shebang\n# --- Start MAAS 1.0 script metadata ---\n# name: x\n# timeout: soon\n# parallel: maybe\n"
            + "# --- End MAAS 1.0 script metadata ---\n");

        page.Find("form").Submit();

        page.ShouldSay("The script cannot be used.");
        page.FindAll("[aria-label='What is wrong with the script'] li").Select(line => line.TextContent).Should().Equal(
            "Line 4: timeout: Enter a valid duration.", "Line 5: parallel: Script parallel must be disabled, instance, or any.");
        page.Find("#script-text").GetAttribute("value").Should().StartWith("echo no shebang");
        page.Find("#script-text").Change(
            ScriptOf("x", "00:01:00", "exit 0").Replace("# timeout:", "# timeout: [", StringComparison.Ordinal));
        page.Find("form").Submit();
        page.WaitForAssertion(() => page.Find("[aria-label='What is wrong with the script'] li").TextContent.Should()
            .MatchRegex("^Line [456]: Invalid YAML: "), Patience);
        (await host.Core.NodeScripts.ListAsync(Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_is_uploaded_with_its_name_and_a_script_that_was_saved_meanwhile_is_not_overwritten()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<ScriptsPage>();
        page.WaitForElement("#script-text", Patience);
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("#!/bin/sh\nexit 0\n", "no-metadata.sh"));
        page.WaitForAssertion(() => page.Find("#script-text").GetAttribute("value").Should().Be("#!/bin/sh\nexit 0\n"), Patience);
        page.Find("form").Submit();
        page.ShouldSay("The script was saved.");
        var script = (await host.Core.NodeScripts.ListAsync(Cancellation)).Should().ContainSingle().Subject;
        script.Name.Should().Be("no-metadata.sh");

        var other = Encoding.UTF8.GetBytes("#!/bin/sh\nexit 2\n");
        await host.Core.NodeScripts.UpdateAsync(script.Id, same => same, other, "", "bob", Cancellation);
        page.Find("#script-text").Change("#!/bin/sh\nexit 1\n");
        page.Find("form").Submit();
        page.ShouldSay("It was saved meanwhile as revision 2.");
        (await host.Core.NodeScripts.HistoryAsync(script.Id, Cancellation)).Should().HaveCount(2);

        var long_ = "#!/bin/sh\n" + new string('#', 100_000) + "\n";
        page.Press("Edit no-metadata.sh");
        page.WaitForAssertion(() => page.Find("#script-text").GetAttribute("value").Should().Contain("exit 2"), Patience);
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(long_, "long.sh"));
        page.WaitForAssertion(() => page.Markup.Should().Contain("long.sh, 97.7 KiB, is saved in place of the text."), Patience);
        page.Find("form").Submit();
        page.WaitForAssertion(() => page.Markup.Should().Contain("too long to be edited here"), Patience);
        (await host.Core.NodeScripts.HistoryAsync(script.Id, Cancellation)).Should().HaveCount(3);
    }

    [Fact]
    public async Task A_user_views_scripts_and_changes_none()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host, "bob");
        var page = context.Render<ScriptsPage>();
        var builtin = host.Core.NodeScripts.Definitions[0];

        page.Press($"View {builtin.Script.Name}");

        page.WaitForAssertion(
            () => page.Find("pre").TextContent.Should().Be(Encoding.UTF8.GetString(builtin.Body.Span)), Patience);
        page.FindAll("form, textarea, [aria-label^=Delete]").Should().BeEmpty();
    }

    private static string ScriptOf(string name, string timeout, string command) =>
        $"#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n# name: {name}\n# script_type: testing\n# timeout: {timeout}\n"
        + $"# --- End MAAS 1.0 script metadata ---\n{command}\n";
}
