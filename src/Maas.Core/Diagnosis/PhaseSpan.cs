namespace Maas.Core.Diagnosis;

/// <summary>When a part of a boot took place.</summary>
/// <param name="Phase">Which part.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When the next part began, or the operation failed; <see langword="null"/> while it lasts.</param>
public sealed record PhaseSpan(DiagnosisPhase Phase, DateTimeOffset Start, DateTimeOffset? End);
