using System.Diagnostics.CodeAnalysis;
using Maas.Hosting.Images;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps a MAAS in an ASP.NET Core application.</summary>
public static class MaasEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps everything that was added: the boot files of <c>AddBoot()</c>, API and metadata service of <c>AddApi()</c>, and the images for
    /// other hosts of the store. Machines are given URLs with this prefix, and with the port on which the host listens.
    /// </summary>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="prefix">The mount point. Clients are built for <c>/MAAS</c>; cloud-init and the API clients accept any.</param>
    /// <returns>A builder for conventions of all these endpoints.</returns>
    /// <exception cref="InvalidOperationException">Nothing was added that could be mapped.</exception>
    /// <example>
    /// <code>
    /// builder.Services.AddMaasServer(builder.Configuration.GetSection("Maas")).AddApi();
    /// var app = builder.Build();
    /// app.MapMaas();
    /// app.Run();
    /// </code>
    /// </example>
    public static IEndpointConventionBuilder MapMaas(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/MAAS")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var maps = endpoints.ServiceProvider
            .GetKeyedServices<Func<IEndpointRouteBuilder, string, IEndpointConventionBuilder>>(Maas.EndpointMap.Key).ToList();
        if (maps.Count == 0)
        {
            throw new InvalidOperationException(
                "There is nothing to map. Call services.AddMaas(…) with AddBoot() or AddApi() before builder.Build().");
        }

        if (endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(PeerEndpoint)))
        {
            maps.Add(PeerEndpoint.Map);
            maps.Add(PeerUploadEndpoint.Map);
        }

        return new All([.. maps.Select(map => map(endpoints, prefix))]);
    }

    private sealed class All(IReadOnlyList<IEndpointConventionBuilder> builders) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            foreach (var builder in builders) builder.Add(convention);
        }

        public void Finally(Action<EndpointBuilder> finallyConvention)
        {
            foreach (var builder in builders) builder.Finally(finallyConvention);
        }
    }
}
