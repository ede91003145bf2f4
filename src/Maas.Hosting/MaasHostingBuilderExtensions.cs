using Maas.Boot;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Core.Topology;
using Maas.Core.Power;
using Maas.Hosting;
using Maas.Hosting.Binding;
using Maas.Hosting.BootHttp.Isos;
using Maas.Hosting.BootHttp.Sending;
using Maas.Hosting.Ephemeral;
using Maas.Hosting.Evidence;
using Maas.Hosting.Leases;
using Maas.Hosting.Link;
using Maas.Hosting.Naming;
using Maas.Hosting.Networks;
using Maas.Hosting.Nodes;
using Maas.Hosting.Outage;
using Maas.Hosting.Packages;
using Maas.Hosting.Policy;
using Maas.Hosting.Power;
using Maas.Install.Recipes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The parts of a MAAS that <c>Maas.Hosting</c> composes.</summary>
public static class MaasHostingBuilderExtensions
{
    /// <summary>
    /// Boots machines from the networks of <see cref="MaasOptions.Networks"/>: DHCP, TFTP, DNS, SNTP and syslog, boot files over HTTP, and
    /// the ephemeral environment. <see cref="MaasNetworks"/> reports how the networks do. Without a network nothing is opened or built.
    /// </summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="configure">Adds networks, and parts of your own; <see langword="null"/> for nothing.</param>
    public static IMaasBuilder AddBoot(this IMaasBuilder builder, Action<MaasBootBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        configure?.Invoke(new MaasBootBuilder(services));
        if (services.Any(service => service.ServiceType == typeof(BootNetworks))) return builder; // configure has added its networks
        services.AddSingleton<IConnectionListenerFactory, FileSendingTransport>();
        AddPolicy(services);
        AddNetworks(services);
        services.AddKeyedSingleton<Func<IEndpointRouteBuilder, string, IEndpointConventionBuilder>>(
            Maas.EndpointMap.Key, static (_, _) => MaasBootEndpoints.MapMaasBoot);
        return builder;
    }

    /// <summary>
    /// Switches machines by the drivers of <c>Maas.Power</c>. Add a driver by registering an <c>IPowerDriver</c>, before or after.
    /// </summary>
    /// <param name="builder">The MAAS.</param>
    public static IMaasBuilder AddPower(this IMaasBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddMaasPower();
        builder.Services.TryAddSingleton<IMachinePower, DriverPower>();
        builder.Services.TryAddSingleton<IMachineConsoles, DriverConsoles>();
        builder.Services.TryAddSingleton<IMachineSensors, DriverSensors>();
        builder.Services.TryAddSingleton<IMachineInventory, DriverInventory>();
        return builder;
    }

    /// <summary>
    /// Installs operating systems by their own installers: a machine that is deployed with the name of a recipe, and of no image, boots the
    /// recipe's installer. The installers' kernels are boot files, in <c>boot/</c> of the data directory.
    /// </summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="recipes">The recipes beside those of <see cref="MaasOptions.Recipes"/>.</param>
    /// <example>
    /// <code>
    /// builder.Services.AddMaasServer(builder.Configuration.GetSection("Maas"))
    ///     .AddInstall(DebianInstaller.Create("bookworm", "debian-12/linux", "debian-12/initrd.gz"));
    /// </code>
    /// </example>
    public static IMaasBuilder AddInstall(this IMaasBuilder builder, params IEnumerable<InstallRecipe> recipes)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(static provider => new RecipeCatalog(
        [
            .. provider.GetServices<InstallRecipe>(),
            .. provider.GetRequiredService<MaasOptions>().Recipes.Select(ConfiguredRecipes.Of),
        ]));
        builder.Services.AddMaasInstall(recipes);
        return builder;
    }

    /// <summary>
    /// Serves packages of the mirrors in <see cref="MaasOptions.Packages"/>, and keeps them: two installations fetch a package once. It is
    /// an HTTP proxy on each plain-HTTP port of the host (<c>http_proxy=http://10.0.0.1:5240/</c>), and the same below
    /// <c>{prefix}/packages/</c> for clients without a proxy (<c>…/MAAS/packages/deb.debian.org/debian</c>). Installers whose recipe names
    /// no proxy use it, and so does apt of deployed machines, unless the settings <c>enable_http_proxy</c> and <c>http_proxy</c> choose
    /// another proxy or none.
    /// </summary>
    /// <param name="builder">The MAAS.</param>
    /// <remarks>
    /// It answers every client that reaches the port, only with what is at or below the mirrors. It does not tunnel (<c>CONNECT</c>): a
    /// proxy for https sees nothing that it could keep.
    /// </remarks>
    public static IMaasBuilder AddPackageProxy(this IMaasBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(PackageProxy))) return builder;
        services.AddHttpForwarder();
        services.AddSingleton<UpstreamProxy>();
        services.AddSingleton<PackageProxy>();
        AddHosted<PackageProxy>(services);
        services.AddSingleton<IStartupFilter, PackageProxyMiddleware>();
        services.Configure<MaasCoreOptions>(static options => options.ServesPackages = true);
        services.AddKeyedSingleton<Func<IEndpointRouteBuilder, string, IEndpointConventionBuilder>>(
            Maas.EndpointMap.Key, static (_, _) => PackageEndpoints.Map);
        return builder;
    }

    /// <summary>
    /// Posts changes of machines to a URL, as CloudEvents with a signature: each at least once, those of one machine in order. Endpoints of
    /// <see cref="MaasOptions.Webhooks"/> in the configuration need no call of this method.
    /// </summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="name">A name, by which the position is stored: letters, digits, <c>_</c> and <c>-</c>, at most 50.</param>
    /// <param name="configure">Sets the URL, the signing keys, and which changes are posted.</param>
    /// <example>
    /// <code>
    /// builder.Services.AddMaasServer(builder.Configuration.GetSection("Maas")).AddWebhook("tickets", webhook =>
    /// {
    ///     webhook.Url = new Uri("https://tickets.example.com/maas");
    ///     webhook.SigningSecrets.Add(builder.Configuration["TicketsKey"]!);
    ///     webhook.Kinds.Add(ChangeEventKind.StatusChanged);
    /// });
    /// </code>
    /// </example>
    public static IMaasBuilder AddWebhook(this IMaasBuilder builder, string name, Action<WebhookEndpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure<MaasOptions>(options =>
        {
            if (!options.Webhooks.TryGetValue(name, out var webhook)) options.Webhooks[name] = webhook = new WebhookEndpointOptions();
            configure(webhook);
        });
        return builder;
    }

    private static void AddPolicy(IServiceCollection services)
    {
        services.TryAddSingleton<EphemeralImageService>();
        services.TryAddSingleton<IEphemeralEnvironment>(static provider => provider.GetRequiredService<EphemeralImageService>());
        AddHosted<EphemeralImageService>(services);
        services.TryAddSingleton<RecentOtherServers>();
        services.TryAddSingleton(static provider => new StoreTime(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<MaasCore>().TimeProvider));
        services.TryAddSingleton<BootTimelineWriter>();
        services.TryAddSingleton<IBootObserver>(static provider => provider.GetRequiredService<BootTimelineWriter>());
        AddHosted<BootTimelineWriter>(services);
        services.TryAddSingleton<MachineBootPolicy>();
        services.TryAddSingleton<IBootPolicy>(static provider => provider.GetRequiredService<MachineBootPolicy>());
        services.TryAddSingleton<IBootPreview>(static provider => new PolicyPreview(provider.GetRequiredService<IBootPolicy>()));
        services.TryAddSingleton<IBootFiles, ServedBootFiles>();
        services.TryAddSingleton<BootFileSource>();
        services.TryAddSingleton<IsoFiles>();
        services.TryAddSingleton<MachineIsoMaker>();
        services.TryAddSingleton<MachineIsos>();
        services.TryAddSingleton<MachineCaptures>();
        services.TryAddSingleton<IMachineCaptures>(static provider => provider.GetRequiredService<MachineCaptures>());
    }

    private static void AddNetworks(IServiceCollection services)
    {
        services.TryAddSingleton<ListedMachines>();
        AddHosted<ListedMachines>(services);
        services.TryAddSingleton<ListedDevices>();
        AddHosted<ListedDevices>(services);
        services.TryAddSingleton<ListedNames>();
        AddHosted<ListedNames>(services);
        services.TryAddSingleton<ServedLinks>();
        services.TryAddSingleton<HostedLeases>();
        services.TryAddSingleton<HostedLeases6>();
        services.TryAddSingleton<NetworkSnapshotFile>();
        services.TryAddSingleton<IStoreOutage, StoreOutage>();
        services.TryAddSingleton<AddressEvidenceResolver>();
        services.TryAddSingleton<IAddressResolver>(static provider => provider.GetRequiredService<AddressEvidenceResolver>());
        services.TryAddSingleton<IHardwareAddresses>(static provider => provider.GetRequiredService<AddressEvidenceResolver>());
        services.TryAddSingleton<IHostDirectory, MachineDnsDirectory>();
        services.TryAddSingleton<WebAddress>();
        services.TryAddSingleton<NetworkTopology>();
        services.TryAddSingleton<NetworkParts>();
        services.TryAddSingleton<OptionsChanges>();
        services.TryAddSingleton<BootNetworks>();
        AddHosted<BootNetworks>(services);
        services.TryAddSingleton<IDhcpStatus, DhcpStatus>();
        services.TryAddSingleton(static provider => new MaasNetworks(
            provider.GetRequiredService<BootNetworks>(), provider.GetRequiredService<HostedLeases>(),
            provider.GetRequiredService<HostedLeases6>()));
    }

    private static void AddHosted<T>(IServiceCollection services)
        where T : class, IHostedService =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, T>(static provider => provider.GetRequiredService<T>()));
}
