namespace Maas.Core.Network.Interfaces;

/// <summary>An interface to create, or what to change of one; <see langword="null"/> is the default, or keeps what is.</summary>
public sealed record InterfaceRequest
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its hardware address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The number of its VLAN.</summary>
    public long? Vlan { get; init; }

    /// <summary>Whether the client sent an empty VLAN: the interface is disconnected.</summary>
    public bool WithoutVlan { get; init; }

    /// <summary>The interfaces that it is built on.</summary>
    public IReadOnlyList<long>? Parents { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>MTU in octets; 0 for the VLAN's.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether it accepts IPv6 router advertisements.</summary>
    public bool? AcceptRouterAdvertisements { get; init; }

    /// <summary>Whether it is configured on the installed system.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Whether it has a link.</summary>
    public bool? LinkConnected { get; init; }

    /// <summary>The fastest speed of the interface in Mbit/s.</summary>
    public int? InterfaceSpeed { get; init; }

    /// <summary>The speed of its link in Mbit/s.</summary>
    public int? LinkSpeed { get; init; }

    /// <summary>Bond: mode (<c>802.3ad</c>).</summary>
    public string? BondMode { get; init; }

    /// <summary>Bond: link monitoring interval in milliseconds.</summary>
    public int? BondMiimon { get; init; }

    /// <summary>Bond: wait before it stops using a link that failed, in milliseconds.</summary>
    public int? BondDownDelay { get; init; }

    /// <summary>Bond: wait before it uses a link that came back, in milliseconds.</summary>
    public int? BondUpDelay { get; init; }

    /// <summary>Bond: gratuitous ARPs after a failover, 0 to 255.</summary>
    public int? BondGratuitousArps { get; init; }

    /// <summary>Bond: <c>fast</c> or <c>slow</c>.</summary>
    public string? BondLacpRate { get; init; }

    /// <summary>Bond: transmit hash policy (<c>layer2+3</c>).</summary>
    public string? BondHashPolicy { get; init; }

    /// <summary>Bridge: <c>standard</c> or <c>ovs</c>.</summary>
    public string? BridgeType { get; init; }

    /// <summary>Bridge: whether it speaks the spanning tree protocol.</summary>
    public bool? BridgeStp { get; init; }

    /// <summary>Bridge: forward delay in seconds.</summary>
    public int? BridgeForwardDelay { get; init; }
}

/// <summary>A link to create.</summary>
public sealed record LinkRequest
{
    /// <summary><c>auto</c>, <c>dhcp</c>, <c>static</c> or <c>link_up</c>, in either case.</summary>
    public required string Mode { get; init; }

    /// <summary>The number of the subnet; <see langword="null"/> for none.</summary>
    public long? Subnet { get; init; }

    /// <summary>The address of a static link; empty to let one be allocated.</summary>
    public string Address { get; init; } = "";

    /// <summary>Whether the subnet's gateway becomes the node's default gateway.</summary>
    public bool DefaultGateway { get; init; }

    /// <summary>Whether to remove the other links first, and to move the interface to the subnet's VLAN.</summary>
    public bool Force { get; init; }
}
