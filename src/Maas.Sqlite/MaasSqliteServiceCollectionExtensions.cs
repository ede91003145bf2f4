using Maas.Core;
using Maas.Core.Stores;
using Maas.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Maas.Sqlite.</summary>
public static class MaasSqliteServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="SqliteMaasStore"/> as the store of <see cref="MaasCore"/>, unless another is registered already. Images are kept in
    /// <c>images</c> beside its file unless <see cref="MaasCoreOptions.ImageDirectory"/> is set. Nothing is opened before the first service
    /// of
    /// Maas.Core is used.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; <see langword="null"/> for none.</param>
    public static IServiceCollection AddMaasSqlite(this IServiceCollection services, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<SqliteStoreOptions>().ValidateOnStart();
        if (configure is not null) services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteStoreOptions>, SqliteStoreOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IMaasStore>(provider => new SqliteMaasStore(
            provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddOptions<MaasCoreOptions>().PostConfigure<IOptions<SqliteStoreOptions>>((core, store) =>
        {
            if (store.Value.DataSource != SqliteStoreOptions.InMemory) core.ImageDirectory ??= ImagesBeside(store.Value.DataSource);
        });
        return services;
    }

    private static string ImagesBeside(string dataSource) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(dataSource)) ?? Path.GetPathRoot(dataSource) ?? "/", "images");
}
