using System.Security.Claims;
using AngleSharp.Dom;
using Bunit;
using Maas.Core.Nodes;
using Maas.Dashboard.Consoles;
using Maas.Dashboard.Nodes;
using Maas.Dashboard.SignIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>Renders pages without a browser, as a user of a host.</summary>
internal static class PageContext
{
    private static readonly TimeSpan S_patience = TimeSpan.FromSeconds(20);

    static PageContext() => BunitContext.DefaultWaitTimeout = S_patience; // a build may run beside the tests

    public static BunitContext Of(DashboardHost host, string user = "admin", bool templates = true, TimeProvider? time = null)
    {
        var context = new LiveContext();
        context.JSInterop.Mode = JSRuntimeMode.Loose;
        context.Services.AddMudServices();
        context.Services.AddSingleton(host.Core).AddSingleton(time ?? TimeProvider.System).AddScoped<DashboardSession>()
            .AddSingleton<OpenConsoles>().AddSingleton<ChangeFailures>().AddScoped<OperationRunner>();
        if (templates)
            context.Services.AddSingleton(host.Services.GetRequiredService<IAnswerTemplates>())
                .AddSingleton(host.Services.GetRequiredService<IAnswerFiles>());
        var known = host.Core.Users.FindAsync(user).GetAwaiter().GetResult()!; // the host made it
        var (_, token) = host.Core.Sessions.BeginAsync(known, "127.0.0.1", "a test").GetAwaiter().GetResult();
        context.Services.AddSingleton<AuthenticationStateProvider>(new FixedUser(DashboardSession.PrincipalOf(known, token)));
        return context;
    }

    /// <summary>Waits for the line that says what became of a change.</summary>
    public static void ShouldSay<T>(this IRenderedComponent<T> page, string outcome)
        where T : IComponent =>
        page.WaitForAssertion(() => page.FindAll(".mud-alert").Select(alert => alert.TextContent.Trim()).Should().Contain(
            text => text.Contains(outcome, StringComparison.Ordinal)), S_patience);

    /// <summary>Presses the button of a label, by its text or its accessible name, once it can be pressed.</summary>
    public static void Press<T>(this IRenderedComponent<T> page, string label)
        where T : IComponent =>
        page.Act(
            () => page.FindAll("button").FirstOrDefault(button => !button.HasAttribute("disabled")
                && (button.GetAttribute("aria-label") == label || button.TextContent.Trim() == label)),
            button => button.Click(),
            $"button {label}");

    /// <summary>Presses a button that asks, and says yes.</summary>
    public static void Confirm<T>(this IRenderedComponent<T> page, string label)
        where T : IComponent
    {
        page.Press(label);
        page.Press("Yes");
    }

    /// <summary>Submits one of the forms.</summary>
    public static void Submit<T>(this IRenderedComponent<T> page, Index at, string forms = "form")
        where T : IComponent => page.Act(forms, at, form => form.Submit());

    /// <summary>Does something to one of the elements that a selector finds, once there are that many.</summary>
    public static void Act<T>(this IRenderedComponent<T> page, string selector, Index at, Action<IElement> act)
        where T : IComponent =>
        page.Act(() => page.FindAll(selector).ElementAtOrDefault(at), act, selector);

    /// <summary>
    /// Does something to an element once it is there. Between the search and the event nothing is rendered: a page that follows a feed is
    /// rendered at any time, and its elements have other handlers then.
    /// </summary>
    public static void Act<T>(this IRenderedComponent<T> page, Func<IElement?> find, Action<IElement> act, string name)
        where T : IComponent
    {
        var isDone = false;
        while (!isDone)
        {
            page.WaitForAssertion(() => find().Should().NotBeNull($"there is the {name}"), S_patience);
            page.InvokeAsync(() =>
            {
                if (find() is not { } element) return;
                act(element);
                isDone = true;
            }).GetAwaiter().GetResult();
        }
    }

    /// <summary>Its pages are live. That is said when the first one is rendered: afterwards no service can be added.</summary>
    private sealed class LiveContext : BunitContext
    {
        public override IRenderedComponent<T> Render<T>(Action<ComponentParameterCollectionBuilder<T>>? parameterBuilder = null)
        {
            SetRendererInfo(new RendererInfo("Server", isInteractive: true));
            return base.Render(parameterBuilder);
        }
    }

    private sealed class FixedUser(ClaimsPrincipal user) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(user));
    }
}
