using System.Globalization;
using Maas.Core.Stores;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>Whether power actions that are due are worked on.</summary>
internal sealed class PowerQueueHealthCheck(IMaasStore store, TimeProvider timeProvider) : IHealthCheck
{
    private static readonly TimeSpan S_patience = TimeSpan.FromMinutes(1); // the worker looks at least every half minute

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var due = await store.PowerQueue.NextDueAsync(cancellationToken).ConfigureAwait(false);
        var late = store.GetClock(timeProvider).GetUtcNow() - due;
        if (late is not { } time || time <= S_patience) return HealthCheckResult.Healthy("The queue of power actions is worked on.");
        var count = await store.PowerQueue.CountAsync(cancellationToken).ConfigureAwait(false);
        return new HealthCheckResult(
            context.Registration.FailureStatus,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The queue of power actions is stuck: {count} wait, the oldest for {time.TotalSeconds:0} s."));
    }
}
