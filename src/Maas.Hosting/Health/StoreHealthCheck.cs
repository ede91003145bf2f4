using Maas.Core.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>Whether the store can be written: it writes one small value.</summary>
internal sealed class StoreHealthCheck(Settings settings, TimeProvider timeProvider) : IHealthCheck
{
    private const string Name = "maas.hosting.health";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await settings.SetAsync(Name, $"\"{timeProvider.GetUtcNow():O}\"", cancellationToken).ConfigureAwait(false);
        return HealthCheckResult.Healthy("The store can be written.");
    }
}
