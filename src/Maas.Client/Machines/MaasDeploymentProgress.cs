namespace Maas.Client.Machines;

/// <summary>How far a deployment has come.</summary>
public sealed record MaasDeploymentProgress
{
    /// <summary>The step that was reached last; null before the first.</summary>
    public string? Current { get; init; }

    /// <summary>All steps, in order.</summary>
    public IReadOnlyList<MaasDeploymentStep> Steps { get => field ?? []; init; }
}
