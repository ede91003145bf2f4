namespace Maas.Core.Network.Interfaces;

/// <summary>Reads the parameters of bonds and bridges.</summary>
internal static class InterfaceParameters
{
    private const int LongestDelay = int.MaxValue;

    public static NetworkResult.Refused? Read(ref NodeInterface after, InterfaceRequest request)
    {
        if (after.Bond is { } bond)
        {
            if (ReadBond(ref bond, request) is { } refusal) return refusal;
            after = after with { Bond = bond };
        }

        if (after.Bridge is { } bridge)
        {
            if (ReadBridge(ref bridge, request) is { } refusal) return refusal;
            after = after with { Bridge = bridge };
        }

        return null;
    }

    private static NetworkResult.Refused? ReadBond(ref BondParameters bond, InterfaceRequest request)
    {
        var (mode, rate, policy) = (bond.Mode, bond.LacpRate, bond.TransmitHashPolicy);
        if ((RefuseChoice("bond_mode", InterfaceNames.BondModes, request.BondMode, ref mode)
            ?? RefuseRange("bond_miimon", request.BondMiimon, LongestDelay)
            ?? RefuseRange("bond_downdelay", request.BondDownDelay, LongestDelay)
            ?? RefuseRange("bond_updelay", request.BondUpDelay, LongestDelay)
            ?? RefuseRange("bond_num_grat_arp", request.BondGratuitousArps, 255)
            ?? RefuseChoice("bond_lacp_rate", InterfaceNames.LacpRates, request.BondLacpRate, ref rate)
            ?? RefuseChoice("bond_xmit_hash_policy", InterfaceNames.HashPolicies, request.BondHashPolicy, ref policy)) is { } refusal)
            return refusal;
        bond = bond with
        {
            Mode = mode,
            LinkMonitoringInterval = request.BondMiimon ?? bond.LinkMonitoringInterval,
            DownDelay = request.BondDownDelay ?? bond.DownDelay,
            UpDelay = request.BondUpDelay ?? bond.UpDelay,
            GratuitousArps = request.BondGratuitousArps ?? bond.GratuitousArps,
            LacpRate = rate,
            TransmitHashPolicy = policy,
        };
        return null;
    }

    private static NetworkResult.Refused? ReadBridge(ref BridgeParameters bridge, InterfaceRequest request)
    {
        var type = bridge.Type;
        if ((RefuseChoice("bridge_type", InterfaceNames.BridgeTypes, request.BridgeType, ref type)
            ?? RefuseRange("bridge_fd", request.BridgeForwardDelay, LongestDelay)) is { } refusal) return refusal;
        bridge = bridge with
        {
            Type = type,
            SpanningTree = request.BridgeStp ?? bridge.SpanningTree,
            ForwardDelay = request.BridgeForwardDelay ?? bridge.ForwardDelay,
        };
        return null;
    }

    private static NetworkResult.Refused? RefuseChoice<T>(string field, ChoiceTable<T> table, string? name, ref T value)
        where T : struct, Enum
    {
        if (string.IsNullOrWhiteSpace(name)) return null;
        if (!table.TryParse(name, out var read)) return new NetworkResult.Refused(field, FormMessages.NotOneOf(name, field, table.Names));
        value = read;
        return null;
    }

    private static NetworkResult.Refused? RefuseRange(string field, int? value, int most) =>
        value < 0 ? new NetworkResult.Refused(field, FormMessages.AtLeast(0))
        : value > most ? new NetworkResult.Refused(field, FormMessages.AtMost(most))
        : null;
}
