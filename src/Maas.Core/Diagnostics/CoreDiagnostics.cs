using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Maas.Core.Diagnostics;

/// <summary>The meter and the activity source of this package; both are named <c>Maas.Core</c>.</summary>
internal static class CoreDiagnostics
{
    public const string Name = "Maas.Core";

    public static Meter Meter { get; } = new(Name);

    public static ActivitySource Activities { get; } = new(Name);
}
