using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Maas.Dashboard.SignIn;

/// <summary>Where the dashboard is mounted, and the URLs that follow from it.</summary>
internal sealed class DashboardMount(string prefix)
{
    /// <summary>The path of the live connection, after the prefix.</summary>
    public const string Hub = "/_blazor";

    /// <summary>The prefix with a slash before it and none after it; empty for the root.</summary>
    public string Prefix { get; } = prefix.Trim('/') is { Length: > 0 } path ? "/" + path : "";

    /// <summary>The path that all links of the pages are relative to; ends with a slash.</summary>
    public string BaseOf(HttpContext http) => http.Request.PathBase.Add(Prefix + "/").ToUriComponent();

    /// <summary>The sign-in page that leads back to the page that was asked for.</summary>
    public string SignInOf(HttpContext http) => BaseOf(http) + "sign-in" + QueryString.Create(
        "returnUrl", http.Request.PathBase.Add(http.Request.Path).ToUriComponent() + http.Request.QueryString.ToUriComponent());

    /// <summary>A page of the dashboard to go to after signing in. Any other URL is replaced by the first page.</summary>
    public string ReturnUrlOf(HttpContext http, string? wanted) =>
        wanted is { Length: <= 2000 } && RedirectHttpResult.IsLocalUrl(wanted)
            && wanted.StartsWith(BaseOf(http), StringComparison.OrdinalIgnoreCase)
            && !wanted.Contains("..", StringComparison.Ordinal)
                ? wanted
                : BaseOf(http);

    /// <summary>
    /// Whether a request comes from a page of this host. Programs send no <c>Origin</c>, browsers send it with web sockets.
    /// </summary>
    public static bool IsSameOrigin(HttpRequest request) =>
        request.Headers.Origin is not [{ Length: > 0 } origin]
        || (Uri.TryCreate(origin, UriKind.Absolute, out var url)
            && Uri.TryCreate($"{url.Scheme}://{request.Host.ToUriComponent()}", UriKind.Absolute, out var own)
            && url.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase));
}
