using Maas.Hosting;
using Microsoft.Extensions.Diagnostics.Metrics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Metrics of a MAAS.</summary>
public static class MaasMetricsBuilderExtensions
{
    /// <summary>
    /// Enables the meters of <see cref="MaasDiagnostics.MeterNames"/> for the listeners of this builder. OpenTelemetry has a builder of its
    /// own, which takes the names.
    /// </summary>
    /// <param name="builder">The metrics of the host.</param>
    public static IMetricsBuilder AddMaasInstrumentation(this IMetricsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var name in MaasDiagnostics.MeterNames) builder.EnableMetrics(name);
        return builder;
    }
}
