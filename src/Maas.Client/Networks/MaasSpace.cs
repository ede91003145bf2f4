namespace Maas.Client.Networks;

/// <summary>A space: subnets between which machines can reach each other.</summary>
public sealed record MaasSpace
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>Its VLANs.</summary>
    public IReadOnlyList<MaasVlan> Vlans { get => field ?? []; init; }

    /// <summary>Its subnets.</summary>
    public IReadOnlyList<MaasSubnet> Subnets { get => field ?? []; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
