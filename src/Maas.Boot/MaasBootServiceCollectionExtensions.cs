using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Maas.Boot.Tftp;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds network boot to a host.</summary>
public static class MaasBootServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="BootServer"/> that runs as long as the host. A server of it that fails, because a port is taken for instance, is
    /// started again and does not stop the host, unless
    /// <see cref="BootServerOptions.OnFailure"/> says so. The application registers <see cref="IBootPolicy"/> and
    /// <see cref="IBootFiles"/> if it has them, for full DHCP an <see cref="IAddressSource"/>, for DNS an <see cref="IHostDirectory"/>, for
    /// IPv6 leases a
    /// <see cref="LeaseAllocator6"/>, and an <see cref="IBootObserver"/> if it wants to be told.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">What to answer, and on which link.</param>
    public static IServiceCollection AddMaasBoot(this IServiceCollection services, Action<BootServerOptions>? configure = null)
    {
        services.AddOptions<BootServerOptions>().Configure(configure ?? (static _ => { }));
        services.AddBootServices();
        services.TryAddSingleton(static provider => new BootServer(
            provider.GetRequiredService<IOptions<BootServerOptions>>().Value, provider.GetRequiredService<BootServices>()));
        services.TryAddSingleton(static provider => provider.GetRequiredService<BootServer>().Files);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, BootService>());
        return services;
    }

    /// <summary>
    /// Adds a <see cref="DhcpServer"/> that runs as long as the host and stops it when it fails. In full mode the application registers an
    /// <see cref="IAddressSource"/>, in the other modes an <see cref="IBootPolicy"/>.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Where and how it answers.</param>
    public static IServiceCollection AddDhcpServer(this IServiceCollection services, Action<DhcpServerOptions>? configure = null)
    {
        services.AddBootServices().AddOptions<DhcpServerOptions>().Configure(configure ?? (static _ => { })).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<DhcpServerOptions>, DhcpServerOptionsValidator>());
        services.TryAddSingleton(static provider => new DhcpServer(
            provider.GetRequiredService<IOptions<DhcpServerOptions>>().Value, provider.GetRequiredService<BootServices>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DhcpService>());
        return services;
    }

    /// <summary>
    /// Adds a <see cref="TftpServer"/> that runs as long as the host and stops it when it fails. The application registers
    /// <see cref="IBootFiles"/>. It serves these files only; for boot scripts as well, register a <see cref="BootFileSource"/> as the
    /// files.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Where it listens, and limits.</param>
    public static IServiceCollection AddTftpServer(this IServiceCollection services, Action<TftpServerOptions>? configure = null)
    {
        services.AddBootServices().AddOptions<TftpServerOptions>().Configure(configure ?? (static _ => { })).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<TftpServerOptions>, TftpServerOptionsValidator>());
        services.TryAddSingleton(static provider => new TftpServer(
            provider.GetRequiredService<IOptions<TftpServerOptions>>().Value, provider.GetRequiredService<BootServices>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TftpService>());
        return services;
    }

    private static IServiceCollection AddBootServices(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new BootServices
        {
            Policy = provider.GetService<IBootPolicy>(),
            Files = provider.GetService<IBootFiles>(),
            Addresses = provider.GetService<IAddressSource>(),
            Addresses6 = provider.GetService<IAddressSource6>() ?? provider.GetService<LeaseAllocator6>(),
            Observer = provider.GetService<IBootObserver>(),
            Hosts = provider.GetService<IHostDirectory>(),
            TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            LoggerFactory = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        });
        return services;
    }

    private sealed class BootService(BootServer server) : ServerService(server.RunAsync);

    private sealed class DhcpService(DhcpServer server) : ServerService(server.RunAsync);

    private sealed class TftpService(TftpServer server) : ServerService(server.RunAsync);

    private abstract class ServerService(Func<CancellationToken, Task> run) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => run(stoppingToken);

        // A server that ended with an error stops the host; this makes it the error that the host ends with.
        public override async Task StopAsync(CancellationToken cancellationToken)
        {
            await base.StopAsync(cancellationToken).ConfigureAwait(false);
            if (ExecuteTask is { IsFaulted: true } failed) await failed.ConfigureAwait(false);
        }
    }
}
