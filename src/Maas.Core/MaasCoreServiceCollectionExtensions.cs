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
    /// Adds <see cref="MaasCore"/>, each of its services by its own type, and a hosted service that runs its workers. The
    /// store is opened when the first of them is asked for, at the latest when the host starts.
    /// <see cref="IMachinePower"/>, <see cref="IImageContent"/> and <see cref="TimeProvider"/> are used when registered.
    /// </summary>
    public static IServiceCollection AddMaasCore(this IServiceCollection services, Action<MaasCoreOptions>? configure = null)
    {
        services.AddOptions<MaasCoreOptions>().ValidateOnStart();
        if (configure is not null) services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MaasCoreOptions>, MaasCoreOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => MaasCore.Open(
            provider.GetRequiredService<IOptions<MaasCoreOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IMachinePower>(),
            provider.GetService<IImageContent>(),
            provider.GetService<ILoggerFactory>()));
        services
            .AddPart(region => region.Machines)
            .AddPart(region => region.Tags)
            .AddPart(region => region.Users)
            .AddPart(region => region.MachineTokens)
            .AddPart(region => region.BootTokens)
            .AddPart(region => region.Nonces)
            .AddPart(region => region.SshKeys)
            .AddPart(region => region.Events)
            .AddPart(region => region.Timeline)
            .AddPart(region => region.ScriptResults)
            .AddPart(region => region.BootResources)
            .AddPart(region => region.Files)
            .AddPart(region => region.Settings)
            .AddPart(region => region.PowerQueue)
            .AddPart(region => region.Deadlines);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CoreWorkers>());
        return services;
    }

    private static IServiceCollection AddPart<T>(this IServiceCollection services, Func<MaasCore, T> part)
        where T : class
    {
        services.TryAddSingleton(provider => part(provider.GetRequiredService<MaasCore>()));
        return services;
    }
}
