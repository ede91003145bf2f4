using Maas.Core.Fleet;

namespace Maas.Core.Lifecycle;

/// <summary>The functional core: what a command does to a machine, without a clock, a store or a wire.</summary>
public static partial class MachineDecisions
{
    /// <summary>Decides on a command.</summary>
    /// <param name="machine">The machine as it is.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="now">The time; deadlines are counted from it.</param>
    /// <param name="deadlines">How long each status may wait; <see langword="null"/> for MAAS's own times.</param>
    public static Decision Decide(Machine machine, MachineCommand command, DateTimeOffset now, MachineDeadlines? deadlines = null) => throw new NotSupportedException();
}
