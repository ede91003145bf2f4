namespace Maas.Client.Networks;

/// <summary>The arguments of an interface.</summary>
public sealed record InterfaceFields : IMaasFields
{
    /// <summary>Its name in the installed system.</summary>
    public string? Name { get; init; }

    /// <summary>Its hardware address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The number of its VLAN.</summary>
    public string? Vlan { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The largest packet, in bytes.</summary>
    public long? Mtu { get; init; }

    /// <summary>Whether it accepts router advertisements.</summary>
    public bool? AcceptRa { get; init; }

    /// <summary>Of a VLAN interface or a bridge: the number of the interface it is made of.</summary>
    public string? Parent { get; init; }

    /// <summary>Of a bond: the numbers of the interfaces it is made of.</summary>
    public IReadOnlyList<string>? Parents { get; init; }

    /// <summary>Of a bond: balance-rr, active-backup, 802.3ad and so on.</summary>
    public string? BondMode { get; init; }

    /// <summary>Of a bond: how often links are checked, in milliseconds.</summary>
    public long? BondMiimon { get; init; }

    /// <summary>Of a bond: slow or fast.</summary>
    public string? BondLacpRate { get; init; }

    /// <summary>Of a bond: how a link is chosen.</summary>
    public string? BondXmitHashPolicy { get; init; }

    /// <summary>Of a bridge: standard or ovs.</summary>
    public string? BridgeType { get; init; }

    /// <summary>Of a bridge: whether it speaks the spanning tree protocol.</summary>
    public bool? BridgeStp { get; init; }

    /// <summary>Of a bridge: its forward delay in seconds.</summary>
    public long? BridgeFd { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("mac_address", MacAddress)
            .Add("vlan", Vlan)
            .Add("tags", Tags)
            .Add("mtu", Mtu)
            .Add("accept_ra", AcceptRa)
            .Add("parent", Parent)
            .Add("parents", Parents)
            .Add("bond_mode", BondMode)
            .Add("bond_miimon", BondMiimon)
            .Add("bond_lacp_rate", BondLacpRate)
            .Add("bond_xmit_hash_policy", BondXmitHashPolicy)
            .Add("bridge_type", BridgeType)
            .Add("bridge_stp", BridgeStp)
            .Add("bridge_fd", BridgeFd);
    }
}
