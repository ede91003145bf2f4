using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>Whether every network is served, and whether its leases are stored.</summary>
internal sealed class NetworkHealthCheck(MaasNetworks networks) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var all = networks.List();
        var failed = all.Where(network => network.State is not MaasNetworkState.Listening).ToList();
        if (failed.Count == 0 && networks.LeaseStoreFailure is { } failure) return Task.FromResult(HealthCheckResult.Degraded(failure));
        if (failed.Count == 0)
            return Task.FromResult(HealthCheckResult.Healthy(all.Count == 0 ? "No network is configured." : "All networks are served."));
        var reasons = string.Join(
            " ", failed.Select(network => $"{network.Name} is {network.State}: {network.Failure ?? "not ready yet."}"));
        return Task.FromResult(failed.Exists(network => network.State is MaasNetworkState.Failed)
            ? new HealthCheckResult(context.Registration.FailureStatus, reasons)
            : HealthCheckResult.Degraded(reasons));
    }
}
