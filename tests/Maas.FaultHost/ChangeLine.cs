using System.Globalization;
using Maas.Core.Nodes;

namespace Maas.FaultHost;

/// <summary>A change of a machine as a host writes it to a reader of its change feed.</summary>
internal static class ChangeLine
{
    private const char End = ';'; // a line without it was broken off

    /// <summary>Number, machine, version and status, as in <c>12 abc4xy 3 Ready;</c>.</summary>
    public static string Of(MachineChanged change) => string.Create(
        CultureInfo.InvariantCulture, $"{change.Number} {change.MachineId} {change.Version} {change.To}{End}");

    /// <summary>The change's number; <see langword="null"/> of a line that was broken off.</summary>
    public static long? NumberOf(string line) =>
        line.EndsWith(End) ? long.Parse(line.AsSpan(0, line.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture) : null;
}
