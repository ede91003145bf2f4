using System.Text.Json.Serialization;

namespace Maas.Client.Networks;

/// <summary>A route that machines on one subnet get to another.</summary>
public sealed record MaasStaticRoute
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The subnet of the machines.</summary>
    [JsonConverter(typeof(SubnetReferenceConverter))]
    public MaasSubnet? Source { get; init; }

    /// <summary>The subnet that the route leads to.</summary>
    [JsonConverter(typeof(SubnetReferenceConverter))]
    public MaasSubnet? Destination { get; init; }

    /// <summary>The router.</summary>
    public string GatewayIp { get => field ?? ""; init; }

    /// <summary>The cost.</summary>
    public int Metric { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
