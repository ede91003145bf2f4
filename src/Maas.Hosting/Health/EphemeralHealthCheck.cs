using Maas.Hosting.Ephemeral;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>Whether the ephemeral environment is ready, without which machines cannot be commissioned.</summary>
internal sealed class EphemeralHealthCheck(MaasOptions options, EphemeralImageService images) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (options.Networks.Count == 0) return Task.FromResult(HealthCheckResult.Healthy("No network is configured."));
        return Task.FromResult((images.IsReady, images.Failure) switch
        {
            (true, null) => HealthCheckResult.Healthy("The ephemeral environment is ready."),
            (true, { } failure) => HealthCheckResult.Degraded($"The ephemeral environment could not be renewed: {failure}"),
            (false, null) => HealthCheckResult.Degraded("The ephemeral environment is being built."),
            (false, { } failure) => new HealthCheckResult(
                context.Registration.FailureStatus, $"The ephemeral environment could not be built: {failure}"),
        });
    }
}
