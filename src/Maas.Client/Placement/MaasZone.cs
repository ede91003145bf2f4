namespace Maas.Client.Placement;

/// <summary>A physical zone: machines that share power and network.</summary>
public sealed record MaasZone
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>Its name, which identifies it.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
