namespace Maas.Client.Machines;

/// <summary>Why a machine does not boot or go on. Maas for .NET has it; Canonical's server does not.</summary>
public sealed record MaasDiagnosis
{
    /// <summary>What is wrong, the best explanation first; empty when nothing is known to be.</summary>
    public IReadOnlyList<MaasExplanation> Explanations { get => field ?? []; init; }

    /// <summary>The phases that the machine reached since its operation began, in order.</summary>
    public IReadOnlyList<MaasDiagnosisPhase> Phases { get => field ?? []; init; }
}
