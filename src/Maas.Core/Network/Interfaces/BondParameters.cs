using System.Text.Json.Serialization;

namespace Maas.Core.Network.Interfaces;

/// <summary>How a bond works.</summary>
public sealed record BondParameters
{
    /// <summary>Mode: how it distributes packets.</summary>
    public BondMode Mode { get; init; }

    /// <summary>How often it looks at its links, in milliseconds.</summary>
    public int LinkMonitoringInterval { get; init; } = 100;

    /// <summary>How long it waits before it stops using a link that failed, in milliseconds.</summary>
    public int DownDelay { get; init; }

    /// <summary>How long it waits before it uses a link that came back, in milliseconds.</summary>
    public int UpDelay { get; init; }

    /// <summary>How many gratuitous ARPs or neighbour advertisements it sends after a failover.</summary>
    public int GratuitousArps { get; init; } = 1;

    /// <summary>How often 802.3ad asks the peer to send LACP packets.</summary>
    public LacpRate LacpRate { get; init; }

    /// <summary>What it hashes to choose a link.</summary>
    public TransmitHashPolicy TransmitHashPolicy { get; init; }
}

/// <summary>How a bridge works.</summary>
public sealed record BridgeParameters
{
    /// <summary>Its implementation.</summary>
    public BridgeType Type { get; init; }

    /// <summary>Whether it speaks the spanning tree protocol.</summary>
    public bool SpanningTree { get; init; }

    /// <summary>Forward delay in seconds.</summary>
    public int ForwardDelay { get; init; } = 15;
}

/// <summary>How a bond distributes packets.</summary>
public enum BondMode
{
    /// <summary>In turn.</summary>
    [JsonStringEnumMemberName("balance-rr")]
    BalanceRoundRobin,

    /// <summary>One link is used, the others wait.</summary>
    [JsonStringEnumMemberName("active-backup")]
    ActiveBackup,

    /// <summary>By hash.</summary>
    [JsonStringEnumMemberName("balance-xor")]
    BalanceXor,

    /// <summary>On all links.</summary>
    [JsonStringEnumMemberName("broadcast")]
    Broadcast,

    /// <summary>IEEE 802.3ad link aggregation.</summary>
    [JsonStringEnumMemberName("802.3ad")]
    LinkAggregation,

    /// <summary>By load, for what is sent.</summary>
    [JsonStringEnumMemberName("balance-tlb")]
    BalanceTransmitLoad,

    /// <summary>By load, for what is sent and received.</summary>
    [JsonStringEnumMemberName("balance-alb")]
    BalanceAdaptiveLoad,
}

/// <summary>How often a bond asks its peer for LACP packets.</summary>
public enum LacpRate
{
    /// <summary>Each second.</summary>
    [JsonStringEnumMemberName("fast")]
    Fast,

    /// <summary>Each 30 seconds.</summary>
    [JsonStringEnumMemberName("slow")]
    Slow,
}

/// <summary>What a bond hashes to choose a link.</summary>
public enum TransmitHashPolicy
{
    /// <summary>Hardware addresses.</summary>
    [JsonStringEnumMemberName("layer2")]
    Layer2,

    /// <summary>Hardware and IP addresses.</summary>
    [JsonStringEnumMemberName("layer2+3")]
    Layer2And3,

    /// <summary>IP addresses and ports.</summary>
    [JsonStringEnumMemberName("layer3+4")]
    Layer3And4,

    /// <summary>As layer2+3, of what is inside of a tunnel.</summary>
    [JsonStringEnumMemberName("encap2+3")]
    Encapsulated2And3,

    /// <summary>As layer3+4, of what is inside of a tunnel.</summary>
    [JsonStringEnumMemberName("encap3+4")]
    Encapsulated3And4,
}

/// <summary>The implementation of a bridge.</summary>
public enum BridgeType
{
    /// <summary>The kernel's.</summary>
    [JsonStringEnumMemberName("standard")]
    Standard,

    /// <summary>Open vSwitch.</summary>
    [JsonStringEnumMemberName("ovs")]
    OpenVSwitch,
}
