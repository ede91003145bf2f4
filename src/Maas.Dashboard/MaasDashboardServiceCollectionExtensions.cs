using Maas;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Dashboard.Access;
using Maas.Dashboard.Assets;
using Maas.Dashboard.Consoles;
using Maas.Dashboard.Nodes;
using Maas.Dashboard.SignIn;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor.Services;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what <c>MapMaasDashboard</c> needs.</summary>
public static class MaasDashboardServiceCollectionExtensions
{
    /// <summary>
    /// Adds the dashboard and the cookie scheme <c>MaasDashboard</c> of its users. It uses the registered <c>MaasCore</c> and the
    /// registered <see cref="TimeProvider"/>, else the system's.
    /// </summary>
    /// <remarks>
    /// Cookies and forms are protected by the host's data protection. <c>AddDataProtection().PersistKeysToMaas()</c> keeps its keys in the
    /// store, so that users stay signed in across restarts and at all hosts of the store.
    /// </remarks>
    /// <param name="services">The host's services.</param>
    public static IServiceCollection AddMaasDashboard(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(DashboardAssets))) return services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DashboardAssets>();
        services.AddSingleton<SignInService>();
        services.AddSingleton<ChangeFailures>();
        services.TryAddSingleton<DashboardSignInLinks>();
        services.TryAddSingleton<LoginGuard>();
        services.TryAddSingleton<PasswordQueue>();
        services.TryAddSingleton<OpenConsoles>();
        services.AddScoped<DashboardSession>();
        services.AddScoped<OperationRunner>();
        services.AddAntiforgery();
        services.AddAuthentication().AddCookie(DashboardSession.Scheme, cookie =>
        {
            cookie.Cookie.Name = "maas-dashboard";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.ExpireTimeSpan = UserSessions.Lifetime;
            cookie.SlidingExpiration = true;
            cookie.Events.OnValidatePrincipal = async context =>
            {
                var core = context.HttpContext.RequestServices.GetRequiredService<MaasCore>();
                var (principal, aborted) = (context.Principal, context.HttpContext.RequestAborted);
                // The live connection of a page that was left open asks again and again where it is no web socket.
                var isAlive = context.HttpContext.Request.Path.Value?.Contains(DashboardMount.Hub, StringComparison.Ordinal) is true
                    ? await DashboardSession.PeekAsync(core, principal, aborted).ConfigureAwait(false) is not null
                    : await DashboardSession.FindAsync(core, principal, aborted).ConfigureAwait(false) is not null;
                if (!isAlive) context.RejectPrincipal();
            };
        });
        // A user's requests may go to several hosts: a cookie lasts as long at each.
        services.AddOptions<CookieAuthenticationOptions>(DashboardSession.Scheme)
            .Configure<MaasCore>(static (cookie, core) => cookie.TimeProvider = core.TimeProvider);
        services.AddRazorComponents().AddInteractiveServerComponents()
            // User data is typed into a form: 64 KiB of characters, each up to three bytes.
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 256 * 1024);
        services.AddMudServices();
        services.AddKeyedSingleton<Func<IEndpointRouteBuilder, string, IEndpointConventionBuilder>>(
            EndpointMap.Key, static (_, _) => MaasDashboardEndpointRouteBuilderExtensions.MapMaasDashboard);
        return services;
    }
}
