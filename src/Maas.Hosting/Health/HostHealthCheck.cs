using System.Globalization;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>Whether all hosts of the store are heard of: one that is missing was not stopped.</summary>
internal sealed class HostHealthCheck(Hosts hosts, IMaasStore store, TimeProvider timeProvider) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var all = await hosts.ListAsync(cancellationToken).ConfigureAwait(false);
        var now = store.GetClock(timeProvider).GetUtcNow();
        var text = string.Join("; ", all.Select(host => Describe(host, now)));
        var data = all.ToDictionary(host => host.Hostname, host => (object)host.Seen, StringComparer.Ordinal);
        return all.Any(host => host.IsMissing(now))
            ? HealthCheckResult.Degraded(text, data: data)
            : HealthCheckResult.Healthy(text.Length > 0 ? text : "No host has started its workers yet.", data);
    }

    private static string Describe(HostStatus host, DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{host.Hostname} is {(host.IsMissing(now) ? "missing" : host.State.ToString().ToLowerInvariant())}, last seen "
            + $"{host.Seen:yyyy-MM-dd HH:mm:ss} UTC");
}
