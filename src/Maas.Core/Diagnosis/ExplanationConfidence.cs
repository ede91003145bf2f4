namespace Maas.Core.Diagnosis;

/// <summary>What an explanation follows from; a higher value is more certain.</summary>
public enum ExplanationConfidence
{
    /// <summary>From what is missing: an expected step was not observed in its time.</summary>
    Inferred,

    /// <summary>From an observation on the network that is not part of a boot that works.</summary>
    Observed,

    /// <summary>From what the machine, its agent or its power driver reported.</summary>
    Stated,
}
