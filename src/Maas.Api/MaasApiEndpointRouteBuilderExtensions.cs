using System.Diagnostics.CodeAnalysis;
using Maas.Api.Routing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the API into an ASP.NET Core application.</summary>
public static class MaasApiEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Answers everything below <paramref name="prefix"/>: <c>api/2.0/</c>, <c>api/1.0/</c>, <c>accounts/</c> and <c>metadata/</c>. Routes
    /// of the application that are more precise (<c>/MAAS/boot/{name}</c>) come first.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">Where to mount it. Clients are built for <c>/MAAS</c>; cloud-init and the API clients take any.</param>
    /// <returns>The endpoint, to add conventions to (a host filter, a rate limit).</returns>
    /// <example>
    /// <code>
    /// builder.Services.AddMaasCore(options => options.DataSource = "maas.db").AddMaasApi();
    /// var app = builder.Build();
    /// app.MapMaasApi();
    /// </code>
    /// </example>
    public static IEndpointConventionBuilder MapMaasApi(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string prefix = "/MAAS")
    {
        prefix = "/" + prefix.Trim('/');
        if (prefix == "/") prefix = "";
        return endpoints.Map(prefix + "/{**path}", http =>
        {
            var path = http.Request.Path;
            if (prefix.Length > 0) path.StartsWithSegments(prefix, out path);
            var mount = http.Request.PathBase.Add(prefix).Value ?? "";
            return http.RequestServices.GetRequiredService<Dispatcher>().InvokeAsync(http, mount, path.Value);
        }).WithDisplayName("MAAS API");
    }
}
