namespace Maas.Client.Machines;

/// <summary>A phase of a boot.</summary>
public sealed record MaasDiagnosisPhase
{
    /// <summary>power, dhcp, transfer, agent, installation or first-boot.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>When it ended; null while it lasts.</summary>
    public DateTimeOffset? End { get; init; }
}
