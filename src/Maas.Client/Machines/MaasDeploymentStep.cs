namespace Maas.Client.Machines;

/// <summary>A step of a deployment.</summary>
public sealed record MaasDeploymentStep
{
    /// <summary>Its name: allocated, powered, firmware, environment, image and so on.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Whether it was reached.</summary>
    public bool Reached { get; init; }

    /// <summary>When; null when it was not reached, or the time is not known.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>How much of it is done, 0 to 100; null when not known.</summary>
    public int? Percent { get; init; }

    /// <summary>What is known beyond that; null for nothing.</summary>
    public string? Detail { get; init; }
}
