using System.Globalization;
using Maas.Core;
using Maas.Core.Stores;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>
/// Whether changes reach webhooks and message brokers. It is never worse than degraded: a destination that is away is no fault of this
/// host.
/// </summary>
internal sealed class DeliveryHealthCheck(MaasCore core, IMaasStore store, TimeProvider timeProvider) : IHealthCheck
{
    private static readonly TimeSpan S_patience = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = store.GetClock(timeProvider).GetUtcNow();
        List<string> late = [];
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var delivery in core.Deliveries)
        {
            var state = delivery.State;
            data[delivery.Name] = string.Create(
                CultureInfo.InvariantCulture,
                $"position {state.Position}, pending {state.Pending}, given up {state.DeadLetters}");
            if (!state.Delivers || now - state.OldestPending is not { } age || age <= S_patience) continue;
            late.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{delivery.Name}: {state.Pending} changes wait, the oldest for {age.TotalSeconds:0} s ({state.LastFailure})"));
        }

        return Task.FromResult(late.Count == 0
            ? HealthCheckResult.Healthy("Changes are delivered.", data)
            : HealthCheckResult.Degraded(string.Join("; ", late), data: data));
    }
}
