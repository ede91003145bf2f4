namespace Maas.Core.Diagnosis;

/// <summary>Why a machine does not go on, and how far its boot came.</summary>
/// <param name="Explanations">The best explanation first; empty when all goes well, or the machine waits for nothing.</param>
/// <param name="Phases">The parts of the boot that were observed, in their order; empty when no operation is known.</param>
public sealed record DiagnosisReport(IReadOnlyList<Explanation> Explanations, IReadOnlyList<PhaseSpan> Phases);
