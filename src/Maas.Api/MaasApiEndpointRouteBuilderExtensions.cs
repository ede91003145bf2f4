using System.Diagnostics.CodeAnalysis;
using Maas.Api;
using Maas.Api.Routing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the API to an ASP.NET Core application.</summary>
public static class MaasApiEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps an endpoint for each operation of the API below <paramref name="prefix"/>: <c>api/2.0/</c>, <c>api/1.0/</c>, <c>accounts/</c>
    /// and
    /// <c>metadata/</c>. Endpoints of the application that are more precise (<c>/MAAS/boot/{name}</c>) come first.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">
    /// The mount point. Clients are built for <c>/MAAS</c>; cloud-init and the API clients accept any.
    /// </param>
    /// <returns>A builder for conventions (authorization, rate limits, CORS) of all endpoints or of one group.</returns>
    /// <remarks>
    /// Each endpoint checks credentials and access itself, in addition to the policies of the application; <c>AllowAnonymous</c> lifts only
    /// the latter. The middleware of the application runs before the body of a request is read.
    /// </remarks>
    /// <example>
    /// <code>
    /// builder.Services.AddMaasCore().AddMaasSqlite(options => options.DataSource = "maas.db").AddMaasApi();
    /// var app = builder.Build();
    /// app.MapMaasApi();
    /// </code>
    /// </example>
    public static MaasApiConventionBuilder MapMaasApi(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string prefix = "/MAAS")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var mount = new ApiMount(endpoints.ServiceProvider.GetRequiredService<RouteTable>().Resources);
        if (endpoints.ServiceProvider.GetService<IAuthorizationHandlerProvider>() is not null)
        {
            var authorize = endpoints.CreateApplicationBuilder();
            authorize.UseAuthorization();
            authorize.Run(http => http.GetEndpoint()?.RequestDelegate?.Invoke(http) ?? Task.CompletedTask);
            mount.Authorize = authorize.Build();
        }

        var all = endpoints.MapGroup("/" + prefix.Trim('/'));
        var (api, metadata) = (all.MapGroup(""), all.MapGroup(""));
        foreach (var resource in mount.Resources)
            ApiEndpoints.Map(resource.IsMetadata ? metadata : api, mount, resource);
        ApiEndpoints.MapUnknown(api, mount, "");
        ApiEndpoints.MapUnknown(metadata, mount, "/metadata");
        return new MaasApiConventionBuilder(all, api, metadata);
    }
}
