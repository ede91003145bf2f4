using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Power;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Maas.Core.</summary>
public static class MaasCoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="MaasRegion"/>, each of its services by its own type, and a hosted service that runs its workers. The
    /// store is opened when the first of them is asked for, at the latest when the host starts.
    /// <see cref="IMachinePower"/>, <see cref="IImageContent"/> and <see cref="TimeProvider"/> are used when registered.
    /// </summary>
    public static IServiceCollection AddMaasCore(this IServiceCollection services, Action<MaasRegionOptions>? configure = null)
    {
        services.AddOptions<MaasRegionOptions>().ValidateOnStart();
        if (configure is not null) services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MaasRegionOptions>, MaasRegionOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => MaasRegion.Open(
            provider.GetRequiredService<IOptions<MaasRegionOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IMachinePower>(),
            provider.GetService<IImageContent>(),
            provider.GetService<ILoggerFactory>()));
        services
            .AddPart(region => region.Machines)
            .AddPart(region => region.Tags)
            .AddPart(region => region.Users)
            .AddPart(region => region.NodeTokens)
            .AddPart(region => region.BootTokens)
            .AddPart(region => region.Nonces)
            .AddPart(region => region.SshKeys)
            .AddPart(region => region.Events)
            .AddPart(region => region.Timeline)
            .AddPart(region => region.ScriptResults)
            .AddPart(region => region.BootResources)
            .AddPart(region => region.Files)
            .AddPart(region => region.Settings)
            .AddPart(region => region.Effects)
            .AddPart(region => region.Deadlines);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RegionWorkers>());
        return services;
    }

    private static IServiceCollection AddPart<T>(this IServiceCollection services, Func<MaasRegion, T> part)
        where T : class
    {
        services.TryAddSingleton(provider => part(provider.GetRequiredService<MaasRegion>()));
        return services;
    }
}
