using Bunit;
using Bunit.TestDoubles;
using Maas.Core.Events;
using Maas.Dashboard.Editing;
using Maas.Dashboard.Layout;
using Maas.Dashboard.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>What a page does when something fails: it says so, and what was typed is still there.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task A_form_keeps_what_was_typed_when_the_session_has_ended()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<DnsPage>();
        page.WaitForElement("#dns-name").Change("www");
        page.Find("#dns-data").Change("10.0.0.9");
        await host.Core.Sessions.EndAllAsync(host.Admin, null, "admin", Cancellation);

        page.Submit(0);

        page.ShouldSay("You are not signed in any more.");
        page.Find("#dns-name").GetAttribute("value").Should().Be("www");
        (await host.Core.Dns.GetAsync(Cancellation)).Resources.Should().BeEmpty();
    }

    [Fact]
    public async Task A_change_that_fails_is_explained_without_its_text()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<FailingPage>();

        page.WaitForElement("input").Change("typed");
        page.Find("form").Submit();

        page.ShouldSay("its disk may be full");
        page.Markup.Should().NotContain("/var/lib/secret");
        page.Find("input").GetAttribute("value").Should().Be("typed");
    }

    [Fact]
    public async Task A_change_that_ends_after_the_page_was_left_has_its_audit_event()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<FailingPage>();
        page.WaitForElement("input").Change("slow");
        var change = page.Instance.SaveAsync();

        page.Instance.Dispose();
        page.Instance.Gate.SetResult();
        await change;

        (await host.Core.Events.QueryAsync(new EventQuery { Limit = 10, Level = EventLevel.Audit }, Cancellation))
            .Should().Contain(each => each.Note.Description == "Changed slowly.");
    }

    [Fact]
    public async Task A_dialog_in_an_ended_session_says_so_and_can_be_used_again()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinesPage>();
        page.Press("Add machine");
        dialogs.WaitForElement("#add-mac", Patience).Change("52:54:00:00:00:01");
        await host.Core.Sessions.EndAllAsync(host.Admin, null, "admin", Cancellation);

        dialogs.Find("#add-machine").Submit(); // as Enter does

        dialogs.ShouldSay("You are not signed in any more.");
        dialogs.Find("#add-mac").GetAttribute("value").Should().Be("52:54:00:00:00:01");
    }

    [Fact]
    public async Task A_dialog_that_fails_ends_with_its_page_which_offers_to_load_it_again()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var layout = context.Render<DashboardLayout>(parameters => parameters.Add(each => each.Body, "<h1>A page</h1>"));
        layout.WaitForAssertion(() => layout.FindAll("h1").Should().ContainSingle(), Patience);

        await layout.InvokeAsync(() => context.Services.GetRequiredService<IDialogService>().ShowAsync<FailingDialog>("It fails"));

        layout.WaitForAssertion(() => layout.Markup.Should().Contain("This page failed."), Patience);
        layout.FindAll("h1").Should().BeEmpty();
        layout.Press("Load the page again");
        context.Services.GetRequiredService<NavigationManager>().Should().BeOfType<BunitNavigationManager>().Which
            .History.Should().ContainSingle(entry => entry.Options.ForceLoad);
    }

    [Fact]
    public async Task A_click_beside_a_dialog_does_not_close_it()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddImageAsync("custom/debian-12", "tgz");
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await using var context = PageContext.Of(host);
        var dialogs = context.Render<MudDialogProvider>();
        var page = context.Render<MachinePage>(parameters => parameters.Add(each => each.Id, machine.Id.ToString()));
        page.Press("Deploy");
        dialogs.WaitForElement("#user-data", Patience).Change("#cloud-config");

        foreach (var overlay in dialogs.FindAll(".mud-overlay")) overlay.Click();

        dialogs.Find("#user-data").GetAttribute("value").Should().Be("#cloud-config");
    }

    [Fact]
    public async Task The_focus_goes_to_the_safe_answer_and_back()
    {
        await using var context = new BunitContext();
        context.JSInterop.Mode = JSRuntimeMode.Loose;
        context.Services.AddMudServices();
        var button = context.Render<ConfirmedButton>(parameters => parameters.Add(each => each.Name, "it"));

        button.Find("button").Click();
        var no = button.FindAll("button")[1];
        context.JSInterop.VerifyFocusAsyncInvoke(1);
        no.TextContent.Trim().Should().Be("No");
        button.Find("[role=group]").KeyDown("Escape");

        button.Find("button").TextContent.Trim().Should().Be("Delete");
        context.JSInterop.VerifyFocusAsyncInvoke(2);
    }

    private sealed class FailingDialog : ComponentBase
    {
        protected override void OnInitialized() => throw new IOException("/var/lib/secret");
    }

    private sealed class FailingPage : EditingPage
    {
        private string _text = "";

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task SaveAsync() => ChangeAsync("It was done.", async user =>
        {
            if (_text != "slow") throw new IOException("No space left on /var/lib/secret");
            await Gate.Task;
            await AuditAsync(user, "Test", "Changed slowly.");
            return null;
        });

        private protected override Task LoadAsync(Maas.Core.Accounts.User user) => Task.CompletedTask;

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder)
        {
            builder.OpenComponent<OutcomeAlert>(0);
            builder.AddAttribute(1, "Outcome", Outcome);
            builder.CloseComponent();
            builder.OpenElement(2, "form");
            builder.AddAttribute(3, "onsubmit", EventCallback.Factory.Create(this, SaveAsync));
            builder.OpenElement(4, "input");
            builder.AddAttribute(5, "value", _text);
            builder.AddAttribute(6, "onchange", EventCallback.Factory.CreateBinder(this, value => _text = value ?? "", _text));
            builder.CloseElement();
            builder.CloseElement();
        }
    }
}
