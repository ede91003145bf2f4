using System.Text.Json.Serialization;

namespace Maas.Client.Networks;

/// <summary>A VLAN of a fabric.</summary>
public sealed record MaasVlan
{
    /// <summary>Its number, unique on the server.</summary>
    public long Id { get; init; }

    /// <summary>Its 802.1Q tag; 0 for untagged.</summary>
    public int Vid { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>The name of its fabric.</summary>
    public string Fabric { get => field ?? ""; init; }

    /// <summary>The number of its fabric.</summary>
    public long FabricId { get; init; }

    /// <summary>The largest packet, in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>The name of its space; undefined for none.</summary>
    public string Space { get => field ?? ""; init; }

    /// <summary>Whether the server offers DHCP on it.</summary>
    public bool DhcpOn { get; init; }

    /// <summary>The address of another DHCP server that was seen; null for none.</summary>
    public string? ExternalDhcp { get; init; }

    /// <summary>The VLAN to which DHCP requests are relayed; null for none.</summary>
    [JsonConverter(typeof(VlanReferenceConverter))]
    public MaasVlan? RelayVlan { get; init; }

    /// <summary>The system id of its rack controller; null for none.</summary>
    public string? PrimaryRack { get; init; }

    /// <summary>The system id of its second rack controller; null for none.</summary>
    public string? SecondaryRack { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
