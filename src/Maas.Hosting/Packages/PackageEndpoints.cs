using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Packages;

/// <summary>The package proxy for clients that know no proxy, as a mirror of this server.</summary>
internal static class PackageEndpoints
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string prefix) => endpoints.MapMethods(
        $"{prefix.TrimEnd('/')}/packages/{{**path}}", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)ServeAsync);

    private static Task ServeAsync(HttpContext context)
    {
        var proxy = context.RequestServices.GetRequiredService<PackageProxy>();
        var path = new PathString($"/{context.Request.RouteValues["path"]}").ToUriComponent()[1..] + context.Request.QueryString;
        return proxy.AnswerAsync(context, proxy.ReadPath(context.Request.Method, path));
    }
}
