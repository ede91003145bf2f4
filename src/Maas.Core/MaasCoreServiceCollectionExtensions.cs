using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Stores;
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
    /// <see cref="IMachinePower"/>, <see cref="IImageContent"/>, <see cref="IBootSourceReader"/>, <see cref="ISshKeySource"/>,
    /// <see cref="IInstallRecipes"/>, every <see cref="RecordTable"/>, every <see cref="ScriptDefinition"/> and
    /// <see cref="TimeProvider"/> are used when registered. With an <see cref="IStoreOutage"/>, a store that is away is waited for.
    /// </summary>
    public static IServiceCollection AddMaasCore(this IServiceCollection services, Action<MaasCoreOptions>? configure = null)
    {
        services.AddOptions<MaasCoreOptions>().ValidateOnStart();
        if (configure is not null) services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MaasCoreOptions>, MaasCoreOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Open);
        services
            .AddPart(core => core.Machines)
            .AddPart(core => core.NodeConfigs)
            .AddPart(core => core.Networks)
            .AddPart(core => core.Dns)
            .AddPart(core => core.Topology)
            .AddPart(core => core.Devices)
            .AddPart(core => core.Operations)
            .AddPart(core => core.Controllers)
            .AddPart(core => core.Hosts)
            .AddPart(core => core.NodeZones)
            .AddPart(core => core.Tags)
            .AddPart(core => core.Users)
            .AddPart(core => core.MachineTokens)
            .AddPart(core => core.BootTokens)
            .AddPart(core => core.Nonces)
            .AddPart(core => core.SshKeys)
            .AddPart(core => core.BootSources)
            .AddPart(core => core.ImageImports)
            .AddPart(core => core.LicenseKeys)
            .AddPart(core => core.PackageRepositories)
            .AddPart(core => core.Notifications)
            .AddPart(core => core.UserGroups)
            .AddPart(core => core.Sessions)
            .AddPart(core => core.UserRemoval)
            .AddPart(core => core.NodeScripts)
            .AddPart(core => core.SslKeys)
            .AddPart(core => core.Events)
            .AddPart(core => core.Timeline)
            .AddPart(core => core.Discoveries)
            .AddPart(core => core.ReceivedBootFiles)
            .AddPart(core => core.Diagnosis)
            .AddPart(core => core.ScriptResults)
            .AddPart(core => core.BootResources)
            .AddPart(core => core.Files)
            .AddPart(core => core.Records)
            .AddPart(core => core.Settings)
            .AddPart(core => core.PackageProxies)
            .AddPart(core => core.PowerQueue)
            .AddPart(core => core.Deadlines)
            .AddPart(core => core.DiagnosisUpdates)
            .AddPart(core => core.TagEvaluation);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CoreWorkers>());
        return services;
    }

    // Services are used before the host starts, and a factory is synchronous: it waits for the store, which opens without a synchronization
    // context.
    private static MaasCore Open(IServiceProvider provider) => Task.Run(() => new StoreOpening(
        () => OpenAsync(provider), provider.GetService<IStoreOutage>(), provider.GetRequiredService<TimeProvider>(),
        provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default).OpenAsync()).GetAwaiter().GetResult();

    private static Task<MaasCore> OpenAsync(IServiceProvider provider) => MaasCore.OpenAsync(
        provider.GetService<IMaasStore>()
            ?? throw new InvalidOperationException("No store is registered. Call AddSqlite() or AddPostgres(), or register an IMaasStore."),
        provider.GetRequiredService<IOptions<MaasCoreOptions>>().Value,
        new MaasCoreServices
        {
            TimeProvider = provider.GetRequiredService<TimeProvider>(),
            Power = provider.GetService<IMachinePower>(),
            Images = provider.GetService<IImageContent>(),
            BootSources = provider.GetService<IBootSourceReader>(),
            SshKeySource = provider.GetService<ISshKeySource>(),
            Recipes = provider.GetService<IInstallRecipes>(),
            Scripts = [.. provider.GetServices<ScriptDefinition>()],
            Tables = [.. provider.GetServices<RecordTable>()],
            LoggerFactory = provider.GetService<ILoggerFactory>(),
        });

    private static IServiceCollection AddPart<T>(this IServiceCollection services, Func<MaasCore, T> part)
        where T : class
    {
        services.TryAddSingleton(provider => part(provider.GetRequiredService<MaasCore>()));
        return services;
    }
}
