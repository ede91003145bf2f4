using Maas.Core.Nodes;

namespace Maas.Core.Diagnosis;

/// <summary>Why a machine does not go on, as a <see cref="DiagnosisRule"/> explains it.</summary>
/// <param name="Rule">The rule's name, such as <c>no-discover</c>.</param>
/// <param name="Phase">The part of the boot that does not end.</param>
/// <param name="Confidence">What it follows from.</param>
/// <param name="Cause">The likely cause, a sentence of at most 500 characters.</param>
/// <param name="NextStep">What to do next, a sentence.</param>
/// <param name="Evidence">
/// The lines of the timeline that it follows from, oldest first, at most ten. What follows from missing lines names the event with which
/// the wait began; empty when that event was pruned.
/// </param>
public sealed record Explanation(
    string Rule,
    DiagnosisPhase Phase,
    ExplanationConfidence Confidence,
    string Cause,
    string NextStep,
    IReadOnlyList<TimelineEntry> Evidence)
{
    /// <summary>The place in the documentation, relative to <c>docs/</c>.</summary>
    public string Documentation => $"troubleshooting.md#{Rule}";
}
