using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Maas.Power.Diagnostics;

/// <summary>The source of this package's traces and metrics, both named <c>Maas.Power</c>.</summary>
internal static class PowerDiagnostics
{
    public static readonly ActivitySource Source = new("Maas.Power");

    private static readonly Meter Meter = new("Maas.Power");

    public static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("maas.power.requests", "{request}", "Power requests by power type, request and answer.");
}
