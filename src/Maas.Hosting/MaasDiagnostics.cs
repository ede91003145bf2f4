namespace Maas.Hosting;

/// <summary>The names under which the packages of a MAAS report metrics and traces.</summary>
/// <example>
/// <code>
/// builder.Services.AddOpenTelemetry()
///     .WithMetrics(metrics => metrics.AddMeter([.. MaasDiagnostics.MeterNames]))
///     .WithTracing(traces => traces.AddSource([.. MaasDiagnostics.ActivitySourceNames]));
/// </code>
/// </example>
public static class MaasDiagnostics
{
    /// <summary>The meters.</summary>
    public static IReadOnlyList<string> MeterNames { get; } = 
        ["Maas.Boot", "Maas.Core", "Maas.Images", "Maas.Postgres", "Maas.Power", "Maas.Sqlite"];

    /// <summary>The activity sources.</summary>
    public static IReadOnlyList<string> ActivitySourceNames { get; } = ["Maas.Boot", "Maas.Core", "Maas.Power"];
}
