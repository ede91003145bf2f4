using System.Diagnostics.CodeAnalysis;
using Maas.Dashboard.Assets;
using Maas.Dashboard.Layout;
using Maas.Dashboard.Nodes;
using Maas.Dashboard.SignIn;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the dashboard to an ASP.NET Core application.</summary>
public static class MaasDashboardEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the dashboard at <paramref name="prefix"/>, beside the API if that is mapped there. Without signing in, a browser gets the
    /// sign-in page and its style sheet, and nothing else.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The mount point. A path base of the application comes before it.</param>
    /// <returns>
    /// A builder for conventions. A policy of the application applies in addition to the sign-in, also to the sign-in page.
    /// </returns>
    /// <example>
    /// <code>
    /// builder.Services.AddMaasCore().AddMaasSqlite(options => options.DataSource = "maas.db").AddMaasDashboard();
    /// var app = builder.Build();
    /// app.MapMaasDashboard().RequireHost("maas.example.com");
    /// </code>
    /// </example>
    public static IEndpointConventionBuilder MapMaasDashboard(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/MAAS")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        if (endpoints.ServiceProvider.GetService<DashboardAssets>() is null)
            throw new InvalidOperationException("Call services.AddMaasDashboard() before builder.Build().");
        var mount = new DashboardMount(prefix);
        var all = endpoints.MapGroup(mount.Prefix);
        MapAnonymous(all, mount);

        var pages = all.MapGroup("");
        Add(pages, endpoint => RequireSession(endpoint, mount));
        foreach (var route in DashboardPages.Routes)
            pages.MapGet(route, http => PageAsync(http, mount, isFirst: route == "/")).WithDisplayName($"MAAS dashboard {route}");
        pages.MapGet("/machines/{id}/capture", CaptureEndpoint.SendAsync);
        pages.MapPost("/sign-out", http => SignInEndpoints.SignOutAsync(http, mount));

        var hub = all.MapGroup("");
        Add(hub, RequireSessionOfSameOrigin);
        hub.MapBlazorHub(DashboardMount.Hub);
        Finally(all, AddHeaders); // around the sessions: a refusal has the headers too
        return all;
    }

    private static void MapAnonymous(RouteGroupBuilder all, DashboardMount mount)
    {
        all.MapGet("/assets/{name}", http => http.RequestServices.GetRequiredService<DashboardAssets>().WriteAsync(http));
        all.MapGet("/sign-in", http => SignInEndpoints.ShowAsync(http, mount));
        all.MapGet("/sign-in/link", http => SignInEndpoints.UseLinkAsync(http, mount));
        all.MapPost("/sign-in", http => SignInEndpoints.SignInAsync(http, mount));
    }

    private static void Add(IEndpointConventionBuilder group, Action<EndpointBuilder> convention) => group.Add(convention);

    private static void Finally(IEndpointConventionBuilder group, Action<EndpointBuilder> convention) => group.Finally(convention);

    private static async Task PageAsync(HttpContext http, DashboardMount mount, bool isFirst)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        var document = new RazorComponentResult<DashboardDocument>(new
        {
            Base = mount.BaseOf(http),
            IsFirstPage = isFirst,
            User = http.User.Identity?.Name ?? "",
            TokenName = tokens.FormFieldName,
            Token = tokens.RequestToken,
        });
        // A page that is rendered here finds its route, and the bases of its links, below the path base.
        var (pathBase, path) = (http.Request.PathBase, http.Request.Path);
        if (path.StartsWithSegments(mount.Prefix, out var matched, out var rest))
            (http.Request.PathBase, http.Request.Path) = (pathBase.Add(matched), rest.HasValue ? rest : new PathString("/"));
        try
        {
            await document.ExecuteAsync(http).ConfigureAwait(false);
        }
        finally
        {
            (http.Request.PathBase, http.Request.Path) = (pathBase, path);
        }
    }

    private static void AddHeaders(EndpointBuilder endpoint) => Wrap(endpoint, (http, next) =>
    {
        var headers = http.Response.Headers;
        // Components set style attributes, and the theme is a style element; neither runs code.
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
            + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-cache, no-store";
        return next(http);
    });

    private static void RequireSession(EndpointBuilder endpoint, DashboardMount mount) => Wrap(endpoint, async (http, next) =>
    {
        if (await AuthenticateAsync(http).ConfigureAwait(false)) await next(http).ConfigureAwait(false);
        else http.Response.Redirect(mount.SignInOf(http));
    });

    // A page of another origin could open a web socket with the user's cookie: the browser does not ask before.
    private static void RequireSessionOfSameOrigin(EndpointBuilder endpoint) => Wrap(endpoint, async (http, next) =>
    {
        if (!DashboardMount.IsSameOrigin(http.Request)) http.Response.StatusCode = StatusCodes.Status403Forbidden;
        else if (await AuthenticateAsync(http).ConfigureAwait(false)) await next(http).ConfigureAwait(false);
        else http.Response.StatusCode = StatusCodes.Status401Unauthorized;
    });

    private static async Task<bool> AuthenticateAsync(HttpContext http)
    {
        if (await http.AuthenticateAsync(DashboardSession.Scheme).ConfigureAwait(false) is not { Succeeded: true, Principal: var user })
            return false;
        http.User = user;
        return true;
    }

    private static void Wrap(EndpointBuilder endpoint, Func<HttpContext, RequestDelegate, Task> around)
    {
        if (endpoint.RequestDelegate is { } inner) endpoint.RequestDelegate = http => around(http, inner);
    }
}
