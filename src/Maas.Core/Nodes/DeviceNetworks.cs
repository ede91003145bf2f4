using Maas.Core.Network.Interfaces;

namespace Maas.Core.Nodes;

/// <summary>The interfaces that devices begin with. Pure functions.</summary>
internal static class DeviceNetworks
{
    /// <summary>One interface for each address, without a VLAN; the first one is the boot interface.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static NetworkConfig Of(IReadOnlyList<MacAddress> addresses, IIdSource ids)
    {
        NodeInterface[] interfaces =
        [
            .. addresses.Index().Select(item => new NodeInterface
            {
                Id = ids.NextId(IdKind.Interface), Name = $"eth{item.Index}", MacAddress = item.Item,
            }),
        ];
        return new NetworkConfig { Interfaces = interfaces, BootInterface = interfaces.Length > 0 ? interfaces[0].Id : null };
    }

    /// <summary>The interfaces of hardware with the default links.</summary>
    /// <param name="config">The interfaces.</param>
    /// <param name="view">The networks.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static NetworkResult Restore(NetworkConfig config, NetworkView view, IIdSource ids)
    {
        var found = config with
        {
            Interfaces =
            [
                .. config.Interfaces.Where(one => one.Type == InterfaceType.Physical).Select(one => one with { Links = [], Parents = [] }),
            ],
        };
        return new NetworkResult.Changed(NetworkDiscovery.WithDefaultLinks(found.Tidied(), view, config, ids), 0);
    }
}
