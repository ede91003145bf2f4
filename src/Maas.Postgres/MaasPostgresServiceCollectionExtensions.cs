using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Core;
using Maas.Core.Stores;
using Maas.Postgres;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Maas.Postgres.</summary>
public static class MaasPostgresServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="PostgresMaasStore"/> as the store of <see cref="MaasCore"/>, and <see cref="PostgresLeaseStore"/> for the leases of
    /// DHCP, unless others are registered already. Nothing is connected before the first service of Maas.Core is used.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">The connection string, in Npgsql's form.</param>
    /// <param name="configure">Sets options; <see langword="null"/> for none.</param>
    public static IServiceCollection AddMaasPostgres(
        this IServiceCollection services, string connectionString, Action<PostgresStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PostgresStoreOptions>().Configure(options => options.ConnectionString = connectionString).ValidateOnStart();
        if (configure is not null) services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresStoreOptions>, PostgresStoreOptionsValidator>());
        services.TryAddSingleton(provider => new PostgresLeaseStore(
            provider.GetRequiredService<IOptions<PostgresStoreOptions>>().Value, provider.GetService<ILoggerFactory>()));
        services.TryAddSingleton<ISharedLeaseStore<Lease>>(provider => provider.GetRequiredService<PostgresLeaseStore>().Leases);
        services.TryAddSingleton<ISharedLeaseStore<Lease6>>(provider => provider.GetRequiredService<PostgresLeaseStore>().Leases6);
        services.TryAddSingleton<IMaasStore>(provider => new PostgresMaasStore(
            provider.GetRequiredService<IOptions<PostgresStoreOptions>>().Value, provider.GetService<ILoggerFactory>()));
        return services;
    }
}
