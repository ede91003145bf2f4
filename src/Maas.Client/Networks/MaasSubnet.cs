using System.Text.Json.Serialization;

namespace Maas.Client.Networks;

/// <summary>A subnet of a VLAN.</summary>
public sealed record MaasSubnet
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>The network, such as 10.0.0.0/24.</summary>
    public string Cidr { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>Its VLAN.</summary>
    [JsonConverter(typeof(VlanReferenceConverter))]
    public MaasVlan? Vlan { get; init; }

    /// <summary>The name of its space; undefined for none.</summary>
    public string Space { get => field ?? ""; init; }

    /// <summary>The router; null for none.</summary>
    public string? GatewayIp { get; init; }

    /// <summary>The name servers of its machines.</summary>
    public IReadOnlyList<string> DnsServers { get => field ?? []; init; }

    /// <summary>Whether the server gives out its addresses.</summary>
    public bool Managed { get; init; }

    /// <summary>Whether its machines may use the server as name server.</summary>
    public bool AllowDns { get; init; }

    /// <summary>Whether its machines may use the server as proxy.</summary>
    public bool AllowProxy { get; init; }

    /// <summary>Whether the server scans it.</summary>
    public bool ActiveDiscovery { get; init; }

    /// <summary>0: no reverse DNS; 1: on; 2: RFC 2317.</summary>
    public int RdnsMode { get; init; }

    /// <summary>Boot architectures that get no answer.</summary>
    public IReadOnlyList<string> DisabledBootArchitectures { get => field ?? []; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
