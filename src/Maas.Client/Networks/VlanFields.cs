namespace Maas.Client.Networks;

/// <summary>The arguments of a VLAN.</summary>
public sealed record VlanFields : IMaasFields
{
    /// <summary>Its 802.1Q tag.</summary>
    public long? Vid { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>The largest packet, in bytes.</summary>
    public long? Mtu { get; init; }

    /// <summary>The name or number of its space.</summary>
    public string? Space { get; init; }

    /// <summary>Whether the server offers DHCP on it.</summary>
    public bool? DhcpOn { get; init; }

    /// <summary>The number of the VLAN to which DHCP requests are relayed; empty for none.</summary>
    public string? RelayVlan { get; init; }

    /// <summary>The system id of its rack controller.</summary>
    public string? PrimaryRack { get; init; }

    /// <summary>The system id of its second rack controller.</summary>
    public string? SecondaryRack { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("vid", Vid)
            .Add("name", Name)
            .Add("description", Description)
            .Add("mtu", Mtu)
            .Add("space", Space)
            .Add("dhcp_on", DhcpOn)
            .Add("relay_vlan", RelayVlan)
            .Add("primary_rack", PrimaryRack)
            .Add("secondary_rack", SecondaryRack);
    }
}
