using System.Text.Json.Serialization;

namespace Maas.Core.Network.Interfaces;

/// <summary>A network interface of a node.</summary>
public sealed record NodeInterface
{
    /// <summary>Its number, unique among all nodes.</summary>
    public required long Id { get; init; }

    /// <summary>Its type.</summary>
    public InterfaceType Type { get; init; }

    /// <summary>Its name on the installed system.</summary>
    public required string Name { get; init; }

    /// <summary>Its hardware address; that of a VLAN interface is its parent's. <see langword="null"/> when not known.</summary>
    public MacAddress? MacAddress { get; init; }

    /// <summary>The VLAN that it is connected to; <see langword="null"/> when it is disconnected.</summary>
    public long? Vlan { get; init; }

    /// <summary>Whether it is configured on the installed system.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The interfaces that it is built on.</summary>
    public IReadOnlyList<long> Parents { get; init; } = [];

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Its links to subnets.</summary>
    public IReadOnlyList<InterfaceLink> Links { get; init; } = [];

    /// <summary>MTU in octets; <see langword="null"/> for the VLAN's.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether it accepts IPv6 router advertisements; <see langword="null"/> for the system's default.</summary>
    public bool? AcceptRouterAdvertisements { get; init; }

    /// <summary>The parameters of a bond; <see langword="null"/> for other types.</summary>
    public BondParameters? Bond { get; init; }

    /// <summary>The parameters of a bridge; <see langword="null"/> for other types.</summary>
    public BridgeParameters? Bridge { get; init; }

    /// <summary>Whether commissioning saw a link.</summary>
    public bool LinkConnected { get; init; } = true;

    /// <summary>The fastest speed of the interface in Mbit/s; 0 when not known.</summary>
    public int InterfaceSpeed { get; init; }

    /// <summary>The speed of its link in Mbit/s; 0 when not known.</summary>
    public int LinkSpeed { get; init; }

    /// <summary>PCI vendor; empty when not known.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>PCI product; empty when not known.</summary>
    public string Product { get; init; } = "";

    /// <summary>NUMA node.</summary>
    public int NumaNode { get; init; }
}

/// <summary>A link between an interface and a subnet.</summary>
public sealed record InterfaceLink
{
    /// <summary>Its number, unique among all nodes.</summary>
    public required long Id { get; init; }

    /// <summary>How the interface gets its address.</summary>
    public required LinkMode Mode { get; init; }

    /// <summary>The subnet; <see langword="null"/> for none.</summary>
    public long? Subnet { get; init; }

    /// <summary>
    /// The address: the operator's for a static link, the one that was allocated for the deployment for an automatic one;
    /// <see langword="null"/> until there is one.
    /// </summary>
    [JsonConverter(typeof(IPAddressJsonConverter))]
    public System.Net.IPAddress? Address { get; init; }
}

/// <summary>The type of an interface.</summary>
public enum InterfaceType
{
    /// <summary>Hardware.</summary>
    [JsonStringEnumMemberName("physical")]
    Physical,

    /// <summary>Several physical interfaces as one.</summary>
    [JsonStringEnumMemberName("bond")]
    Bond,

    /// <summary>A bridge with one interface of the node as port.</summary>
    [JsonStringEnumMemberName("bridge")]
    Bridge,

    /// <summary>A tagged VLAN on another interface.</summary>
    [JsonStringEnumMemberName("vlan")]
    Vlan,
}

/// <summary>How an interface gets its address.</summary>
public enum LinkMode
{
    /// <summary>An address of the subnet is allocated when the node is deployed.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>From a DHCP server.</summary>
    [JsonStringEnumMemberName("dhcp")]
    Dhcp,

    /// <summary>The operator's address.</summary>
    [JsonStringEnumMemberName("static")]
    Static,

    /// <summary>None: the interface is up.</summary>
    [JsonStringEnumMemberName("link_up")]
    LinkUp,
}
