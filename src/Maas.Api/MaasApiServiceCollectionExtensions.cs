using Maas;
using Maas.Api;
using Maas.Api.OAuth;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what <c>MapMaasApi</c> needs.</summary>
public static class MaasApiServiceCollectionExtensions
{
    /// <summary>
    /// Adds the HTTP API, the metadata service and the authentication scheme <see cref="MaasApiAuthentication.Scheme"/>, which does not
    /// become the default. They use the registered <c>MaasCore</c> (<c>AddMaasCore</c>, or one that was opened by hand) and the
    /// registered
    /// <see cref="TimeProvider"/>, else the system's.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the limits; null leaves the defaults.</param>
    public static IServiceCollection AddMaasApi(this IServiceCollection services, Action<MaasApiOptions>? configure = null)
    {
        var options = services.AddOptions<MaasApiOptions>();
        if (configure is not null) options.Configure(configure);
        options.Validate(
            each => each is { AnonymousBodyLimit: >= 1024, BodyLimit: >= 1024, UploadChunkLimit: >= 1024 },
            "Each limit of the API is at least 1024 bytes.");
        options.Validate(each => each.BodyMemory >= 1024 * 1024, "The bodies of requests have at least 1 MiB of memory.");
        options.Validate(
            each => each is { EnlistmentsPerMinute: >= 1, EnlistmentsPerMinuteOfAddress: >= 1 },
            "At least one machine a minute may enlist.");
        options.Validate(
            each => System.Version.TryParse(each.Version, out _), "The version that the API reports must be numbers with dots.");
        options.ValidateOnStart();

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(RouteTable.Everything);
        services.TryAddSingleton<Authenticator>();
        services.TryAddSingleton<EnlistmentRateLimiter>();
        services.TryAddSingleton<BodyBudget>();
        services.TryAddSingleton<LoginGuard>();
        services.TryAddSingleton<PasswordQueue>();
        services.TryAddSingleton<MachineFragments>();
        services.TryAddSingleton<HostUsers>();
        services.TryAddSingleton<ApiServices>();
        services.TryAddSingleton<OperationInvoker>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, OperationMatcherPolicy>());
        AddAuthentication(services);
        return services;
    }

    private static void AddAuthentication(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(Registered))) return;
        services.AddSingleton<Registered>();
        services.AddKeyedSingleton<Func<IEndpointRouteBuilder, string, IEndpointConventionBuilder>>(
            EndpointMap.Key, static (_, _) => MaasApiEndpointRouteBuilderExtensions.MapMaasApi);
        services.AddRouting();
        // Not AddAuthentication(): it adds Data Protection, which reads and writes keys in the user's home at every start. This scheme has
        // no cookie to protect.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, MaasAuthenticationHandler>(MaasApiAuthentication.Scheme, null);
        services.AddOptions<AuthenticationOptions>().PostConfigure(options =>
        {
            // ASP.NET Core makes the only scheme of an application its default. This scheme must not take part in that: the scheme of the
            // application stays its default, and credentials are not checked before the middleware has restored the address that they sign.
            string[] others = [.. options.Schemes.Select(each => each.Name).Where(name => name != MaasApiAuthentication.Scheme)];
            if (others.Length <= 1) options.DefaultScheme ??= others.FirstOrDefault(NoScheme);
        });
    }

    private const string NoScheme = "";

    private sealed class Registered;
}
