using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Maas.Boot.Diagnostics;

/// <summary>The package's one meter and one activity source, both named <c>Maas.Boot</c>.</summary>
internal static class BootMeter
{
    public const string Name = "Maas.Boot";

    public static readonly Meter Meter = new(Name);

    public static readonly ActivitySource Activities = new(Name);
}
