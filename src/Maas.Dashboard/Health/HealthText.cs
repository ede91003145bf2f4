using Maas.Core.Nodes;

namespace Maas.Dashboard.Health;

/// <summary>Says how a host does.</summary>
internal static class HealthText
{
    /// <summary>The health of a host in one word. What a host reported before it stopped or went missing counts no longer.</summary>
    public static string Of(HostStatus host, DateTimeOffset now) =>
        host.State is HostState.Stopped ? "stopped"
        : host.IsMissing(now) ? "not known"
        : host.Report is { Health: not HostHealth.Unknown and var health } ? Of(health)
        : "not checked";

    /// <summary>The word of a health.</summary>
    public static string Of(HostHealth health) => health is HostHealth.Unknown ? "not checked" : health.ToString().ToLowerInvariant();

    /// <summary>A rate, with as many digits as say something.</summary>
    public static string Rate(HostThroughput throughput) => throughput switch
    {
        { PerSecond: 0 } => "none",
        { Unit: "B" } => $"{Nodes.Units.Bytes((long)throughput.PerSecond)}/s",
        { PerSecond: < 1 } => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{throughput.PerSecond * 60:0.#} a minute"),
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{throughput.PerSecond:0.#} a second"),
    };

    /// <summary>A count with its unit.</summary>
    public static string Total(HostThroughput throughput) => throughput.Unit == "B"
        ? Nodes.Units.Bytes(throughput.Total)
        : throughput.Total.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
