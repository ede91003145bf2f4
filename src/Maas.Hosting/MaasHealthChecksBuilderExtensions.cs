using System.Diagnostics.CodeAnalysis;
using Maas.Boot.Files;
using Maas.Hosting;
using Maas.Hosting.BootHttp.Isos;
using Maas.Hosting.Ephemeral;
using Maas.Hosting.Health;
using Maas.Install.Recipes;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of a MAAS.</summary>
public static class MaasHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds the checks <c>maas-store</c> (it can be written), <c>maas-networks</c> (every server listens, and the database of leases that
    /// hosts share answers), <c>maas-ephemeral</c> (the ephemeral environment is ready), <c>maas-power-queue</c> (power actions that are
    /// due are worked on), <c>maas-hosts</c> (every host of the store is heard of, or was stopped), <c>maas-images</c> (images that this
    /// host lacks can be fetched from other hosts; never worse than degraded), <c>maas-image-import</c> (the last import of images from
    /// their sources succeeded; never worse than degraded) and <c>maas-delivery</c> (no change waits for a webhook or a message broker for
    /// more than five minutes; never worse than degraded). Without <c>AddBoot()</c>, the second and third are left out. With
    /// <c>AddInstall()</c>, <c>maas-installers</c> tells which boot files and ISOs of the recipes this host lacks (never worse than
    /// degraded). The results of those that use the store (<c>maas-store</c>, <c>maas-power-queue</c>, <c>maas-hosts</c>,
    /// <c>maas-images</c>, <c>maas-image-import</c>) serve all requests for five seconds, and a store that does not answer within five
    /// seconds is a failure.
    /// </summary>
    /// <param name="builder">The health checks of the host.</param>
    /// <param name="failureStatus">What a failure is reported as; <see langword="null"/> for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags of the checks, to choose them by; <see langword="null"/> for none.</param>
    /// <example>
    /// <code>
    /// builder.Services.AddHealthChecks().AddMaasHealthChecks();
    /// var app = builder.Build();
    /// app.MapHealthChecks("/health");
    /// </code>
    /// </example>
    public static IHealthChecksBuilder AddMaasHealthChecks(
        this IHealthChecksBuilder builder, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string[] all = [.. tags ?? []];
        builder.Services.TryAddSingleton<SharedHealthChecks>();
        AddShared<StoreHealthCheck>("maas-store");
        AddShared<PowerQueueHealthCheck>("maas-power-queue");
        builder.AddCheck<DeliveryHealthCheck>("maas-delivery", failureStatus, all);
        AddShared<HostHealthCheck>("maas-hosts");
        AddShared<PeerHealthCheck>("maas-images");
        AddShared<ImageImportHealthCheck>("maas-image-import");
        builder.Services.AddOptions<HealthCheckServiceOptions>().Configure<IServiceProviderIsService>((checks, services) =>
        {
            if (!services.IsService(typeof(EphemeralImageService))) return;
            Add(checks, "maas-networks", static provider => new NetworkHealthCheck(provider.GetRequiredService<MaasNetworks>()));
            Add(
                checks, "maas-ephemeral", static provider => new EphemeralHealthCheck(
                    provider.GetRequiredService<MaasOptions>(), provider.GetRequiredService<EphemeralImageService>()));
            if (!services.IsService(typeof(RecipeCatalog))) return;
            Add(
                checks, "maas-installers", static provider => new InstallerHealthCheck(
                    provider.GetRequiredService<MaasOptions>(), provider.GetRequiredService<RecipeCatalog>(),
                    provider.GetRequiredService<IBootFiles>(),
                    file => provider.GetRequiredService<IsoFiles>().Open(file).Iso));
        });
        return builder;

        void AddShared<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TCheck>(string name)
            where TCheck : class, IHealthCheck =>
            builder.Add(new HealthCheckRegistration(
                name,
                provider => provider.GetRequiredService<SharedHealthChecks>().Get(
                    static services => ActivatorUtilities.CreateInstance<TCheck>(services)),
                failureStatus, all));

        void Add(HealthCheckServiceOptions checks, string name, Func<IServiceProvider, IHealthCheck> create) =>
            checks.Registrations.Add(new HealthCheckRegistration(name, create, failureStatus, all));
    }
}
