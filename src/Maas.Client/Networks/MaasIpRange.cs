using System.Text.Json.Serialization;

namespace Maas.Client.Networks;

/// <summary>A range of addresses with a purpose.</summary>
public sealed record MaasIpRange
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>dynamic or reserved.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>The first address.</summary>
    public string StartIp { get => field ?? ""; init; }

    /// <summary>The last address.</summary>
    public string EndIp { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Comment { get => field ?? ""; init; }

    /// <summary>Its subnet.</summary>
    [JsonConverter(typeof(SubnetReferenceConverter))]
    public MaasSubnet? Subnet { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
