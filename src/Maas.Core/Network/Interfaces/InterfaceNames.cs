namespace Maas.Core.Network.Interfaces;

/// <summary>The names in MAAS's API of types, modes and policies.</summary>
public static class InterfaceNames
{
    internal static readonly ChoiceTable<LinkMode> LinkModes = new(
        (LinkMode.Auto, "auto"),
        (LinkMode.Dhcp, "dhcp"),
        (LinkMode.Static, "static"),
        (LinkMode.LinkUp, "link_up"));

    internal static readonly ChoiceTable<BondMode> BondModes = new(
        (BondMode.BalanceRoundRobin, "balance-rr"),
        (BondMode.ActiveBackup, "active-backup"),
        (BondMode.BalanceXor, "balance-xor"),
        (BondMode.Broadcast, "broadcast"),
        (BondMode.LinkAggregation, "802.3ad"),
        (BondMode.BalanceTransmitLoad, "balance-tlb"),
        (BondMode.BalanceAdaptiveLoad, "balance-alb"));

    internal static readonly ChoiceTable<LacpRate> LacpRates = new((LacpRate.Fast, "fast"), (LacpRate.Slow, "slow"));

    internal static readonly ChoiceTable<TransmitHashPolicy> HashPolicies = new(
        (TransmitHashPolicy.Layer2, "layer2"),
        (TransmitHashPolicy.Layer2And3, "layer2+3"),
        (TransmitHashPolicy.Layer3And4, "layer3+4"),
        (TransmitHashPolicy.Encapsulated2And3, "encap2+3"),
        (TransmitHashPolicy.Encapsulated3And4, "encap3+4"));

    internal static readonly ChoiceTable<BridgeType> BridgeTypes = new((BridgeType.Standard, "standard"), (BridgeType.OpenVSwitch, "ovs"));

    private static readonly ChoiceTable<InterfaceType> Types = new(
        (InterfaceType.Physical, "physical"),
        (InterfaceType.Bond, "bond"),
        (InterfaceType.Bridge, "bridge"),
        (InterfaceType.Vlan, "vlan"));

    /// <summary>The name of a type.</summary>
    public static string NameOf(InterfaceType type) => Types.NameOf(type);

    /// <summary>The name of a link mode.</summary>
    public static string NameOf(LinkMode mode) => LinkModes.NameOf(mode);

    /// <summary>The name of a bond mode.</summary>
    public static string NameOf(BondMode mode) => BondModes.NameOf(mode);

    /// <summary>The name of an LACP rate.</summary>
    public static string NameOf(LacpRate rate) => LacpRates.NameOf(rate);

    /// <summary>The name of a hash policy.</summary>
    public static string NameOf(TransmitHashPolicy policy) => HashPolicies.NameOf(policy);

    /// <summary>The name of a bridge type.</summary>
    public static string NameOf(BridgeType type) => BridgeTypes.NameOf(type);
}
