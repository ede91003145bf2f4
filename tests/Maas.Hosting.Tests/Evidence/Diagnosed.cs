using Maas.Core.Diagnosis;
using Maas.Core.Nodes;

namespace Maas.Hosting.Tests.Evidence;

/// <summary>A machine, why it does not go on, and its timeline, at one time.</summary>
internal sealed record Diagnosed(Machine Machine, DiagnosisReport Report, IReadOnlyList<TimelineEntry> Timeline)
{
    public IReadOnlyList<Explanation> Explanations => Report.Explanations;

    /// <summary>The best explanation; <see langword="null"/> for none.</summary>
    public Explanation? Best => Explanations.Count > 0 ? Explanations[0] : null;
}
