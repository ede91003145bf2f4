using Maas.Hosting;
using Maas.Hosting.Ephemeral;
using Maas.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of a MAAS.</summary>
public static class MaasHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds the checks <c>maas-store</c> (it can be written), <c>maas-networks</c> (every server listens, and the database of leases that
    /// hosts share answers), <c>maas-ephemeral</c> (the ephemeral environment is ready), <c>maas-power-queue</c> (power actions that are
    /// due are worked on), <c>maas-hosts</c> (every host of the store is heard of, or was stopped), <c>maas-images</c> (images that this
    /// host lacks can be fetched from other hosts; never worse than degraded) and <c>maas-delivery</c> (no change waits for a webhook or a
    /// message broker for more than five minutes; never worse than degraded). Without <c>AddBoot()</c>, the second and third are left out.
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
        builder.AddCheck<StoreHealthCheck>("maas-store", failureStatus, all);
        builder.AddCheck<PowerQueueHealthCheck>("maas-power-queue", failureStatus, all);
        builder.AddCheck<DeliveryHealthCheck>("maas-delivery", failureStatus, all);
        builder.AddCheck<HostHealthCheck>("maas-hosts", failureStatus, all);
        builder.AddCheck<PeerHealthCheck>("maas-images", failureStatus, all);
        builder.Services.AddOptions<HealthCheckServiceOptions>().Configure<IServiceProviderIsService>((checks, services) =>
        {
            if (!services.IsService(typeof(EphemeralImageService))) return;
            Add(checks, "maas-networks", static provider => new NetworkHealthCheck(provider.GetRequiredService<MaasNetworks>()));
            Add(
                checks, "maas-ephemeral", static provider => new EphemeralHealthCheck(
                    provider.GetRequiredService<MaasOptions>(), provider.GetRequiredService<EphemeralImageService>()));
        });
        return builder;

        void Add(HealthCheckServiceOptions checks, string name, Func<IServiceProvider, IHealthCheck> create) =>
            checks.Registrations.Add(new HealthCheckRegistration(name, create, failureStatus, all));
    }
}
