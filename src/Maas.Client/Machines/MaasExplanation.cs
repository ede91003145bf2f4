namespace Maas.Client.Machines;

/// <summary>A cause, what it was concluded from, and what to do.</summary>
public sealed record MaasExplanation
{
    /// <summary>The name of the rule that found it.</summary>
    public string Rule { get => field ?? ""; init; }

    /// <summary>The phase that it concerns: power, dhcp, transfer, agent, installation or first-boot.</summary>
    public string Phase { get => field ?? ""; init; }

    /// <summary>stated (the machine or its controller said it), observed or inferred.</summary>
    public string Confidence { get => field ?? ""; init; }

    /// <summary>The likely cause, a sentence.</summary>
    public string Cause { get => field ?? ""; init; }

    /// <summary>What to do, a sentence.</summary>
    public string NextStep { get => field ?? ""; init; }

    /// <summary>Where it is described; null for nowhere.</summary>
    public string? Documentation { get; init; }

    /// <summary>The lines of the timeline that it was concluded from.</summary>
    public IReadOnlyList<MaasEvidence> Evidence { get => field ?? []; init; }
}
