namespace Maas.Core.Network.Interfaces;

/// <summary>What MAAS's API shows of interfaces in addition to what is stored.</summary>
public static class InterfaceView
{
    private const int DefaultMtu = 1500;

    /// <summary>The MTU that an interface gets: its own, else the largest of its VLAN's and of what is built on it.</summary>
    public static int EffectiveMtu(NetworkConfig config, NodeInterface one, NetworkView view) => one.Mtu
        ?? config.ChildrenOf(one.Id).Select(child => EffectiveMtu(config, child, view))
            .Append(view.Vlan(one.Vlan)?.Mtu ?? DefaultMtu)
            .Max();

    /// <summary>The interfaces that are built on one.</summary>
    public static IReadOnlyList<NodeInterface> ChildrenOf(NetworkConfig config, NodeInterface one) => [.. config.ChildrenOf(one.Id)];

    /// <summary>The links whose subnet's gateway is the default gateway: at most one per family.</summary>
    public static IReadOnlyList<InterfaceLink> DefaultGatewaysOf(NetworkConfig config, NetworkView view)
    {
        (NodeInterface Interface, InterfaceLink Link)[] usable =
        [
            .. config.Links.Where(item => item.Interface.Enabled && item.Link.Mode is LinkMode.Auto or LinkMode.Static)
                .Where(item => view.Subnet(item.Link.Subnet)?.Gateway is not null)
                .OrderBy(item => item.Interface.Id == config.BootInterface ? 0 : 1)
                .ThenBy(item => item.Interface.Id).ThenBy(item => item.Link.Id),
        ];
        return
        [
            .. new[] { Find(config.DefaultGatewayIPv4, isIPv6: false),
                Find(config.DefaultGatewayIPv6, isIPv6: true) }.OfType<InterfaceLink>(),
        ];

        InterfaceLink? Find(long? chosen, bool isIPv6) =>
            config.FindLink(chosen)?.Link ?? Array.Find(usable, item => view.Subnet(item.Link.Subnet)?.IsIPv6 == isIPv6).Link;
    }
}
