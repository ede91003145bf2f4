namespace Maas.Client.Networks;

/// <summary>A fabric: switches that share VLANs.</summary>
public sealed record MaasFabric
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>Its class, such as 10g; empty for none.</summary>
    public string ClassType { get => field ?? ""; init; }

    /// <summary>Its VLANs.</summary>
    public IReadOnlyList<MaasVlan> Vlans { get => field ?? []; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
