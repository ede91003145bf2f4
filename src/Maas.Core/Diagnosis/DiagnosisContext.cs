using Maas.Core.Nodes;

namespace Maas.Core.Diagnosis;

/// <summary>Everything that a diagnosis depends on.</summary>
public sealed record DiagnosisContext
{
    /// <summary>The machine as it is.</summary>
    public required Machine Machine { get; init; }

    /// <summary>The machine's timeline, oldest first, as <see cref="Nodes.Timeline.ReadAsync"/> returns it.</summary>
    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    /// <summary>The time of the diagnosis; what is expected after it is not missing yet.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>
    /// Why the power action that is still being tried failed last, without secrets; <see langword="null"/> when none failed.
    /// </summary>
    public string? PowerFailure { get; init; }

    /// <summary>
    /// How long each status may wait without a sign of life: with the machine's deadline it tells when the last one came. MAAS's own times
    /// by default.
    /// </summary>
    public MachineDeadlines Deadlines { get; init; } = new();

    /// <summary>The scripts of the operation that failed; empty when none did, or that is not known.</summary>
    public IReadOnlyList<ScriptFailure> ScriptFailures { get; init; } = [];
}
