namespace Maas.Client.Networks;

/// <summary>The arguments of a subnet.</summary>
public sealed record SubnetFields : IMaasFields
{
    /// <summary>The network, such as 10.0.0.0/24.</summary>
    public string? Cidr { get; init; }

    /// <summary>Its name; the network by default.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>The number of its VLAN.</summary>
    public string? Vlan { get; init; }

    /// <summary>The fabric whose untagged VLAN it is on, instead of a VLAN.</summary>
    public string? Fabric { get; init; }

    /// <summary>With a fabric: the tag of the VLAN.</summary>
    public long? Vid { get; init; }

    /// <summary>The router.</summary>
    public string? GatewayIp { get; init; }

    /// <summary>Name servers, with commas or spaces between.</summary>
    public string? DnsServers { get; init; }

    /// <summary>Whether the server gives out its addresses.</summary>
    public bool? Managed { get; init; }

    /// <summary>Whether its machines may use the server as name server.</summary>
    public bool? AllowDns { get; init; }

    /// <summary>Whether its machines may use the server as proxy.</summary>
    public bool? AllowProxy { get; init; }

    /// <summary>0: no reverse DNS; 1: on; 2: RFC 2317.</summary>
    public long? RdnsMode { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("cidr", Cidr)
            .Add("name", Name)
            .Add("description", Description)
            .Add("vlan", Vlan)
            .Add("fabric", Fabric)
            .Add("vid", Vid)
            .Add("gateway_ip", GatewayIp)
            .Add("dns_servers", DnsServers)
            .Add("managed", Managed)
            .Add("allow_dns", AllowDns)
            .Add("allow_proxy", AllowProxy)
            .Add("rdns_mode", RdnsMode);
    }
}
