using System.Text.Json.Serialization;

namespace Maas.Client.Networks;

/// <summary>An address that is reserved for one interface.</summary>
public sealed record MaasReservedIp
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The address.</summary>
    public string Ip { get => field ?? ""; init; }

    /// <summary>The interface.</summary>
    public string MacAddress { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Comment { get => field ?? ""; init; }

    /// <summary>Its subnet.</summary>
    [JsonConverter(typeof(SubnetReferenceConverter))]
    public MaasSubnet? Subnet { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
