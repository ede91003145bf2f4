namespace Maas.Core.Diagnosis;

/// <summary>A known fault of a boot: how it shows, what causes it, and what to do.</summary>
public sealed record DiagnosisRule
{
    private const int MostEvidence = 10;
    private const int LongestCause = 500;

    internal DiagnosisRule(string name, DiagnosisPhase phase, Func<BootTrace, Finding?> find)
    {
        Name = name;
        Phase = phase;
        Find = find;
    }

    /// <summary>Its name, lower case with hyphens; the same in all versions.</summary>
    public string Name { get; }

    /// <summary>The part of a boot that it is about.</summary>
    public DiagnosisPhase Phase { get; }

    /// <summary>How it shows in a timeline.</summary>
    public required string Symptom { get; init; }

    /// <summary>The likely cause.</summary>
    public required string Cause { get; init; }

    /// <summary>What to do next.</summary>
    public required string NextStep { get; init; }

    internal Func<BootTrace, Finding?> Find { get; }

    internal Explanation? Apply(BootTrace trace) => Find(trace) is not { } found
        ? null
        : new Explanation(
            Name, Phase, found.Confidence, LogText.From(found.Cause ?? Cause, LongestCause),
            found.NextStep ?? NextStep,
            [.. found.Evidence.TakeLast(MostEvidence).Select(entry => entry.Source)]);
}

/// <summary>What a rule found.</summary>
/// <param name="Confidence">What it follows from.</param>
/// <param name="Evidence">The entries that it follows from.</param>
/// <param name="Cause">The cause with particulars; <see langword="null"/> for the rule's own words.</param>
/// <param name="NextStep">The next step with particulars; <see langword="null"/> for the rule's own words.</param>
internal sealed record Finding(
    ExplanationConfidence Confidence, IReadOnlyList<TraceEntry> Evidence, string? Cause = null, string? NextStep = null);
