namespace Maas.Core.Network.Interfaces;

/// <summary>
/// The bridges that an owner asks for when a machine is allocated. They are part of the owner's copy and end with it. Pure.
/// </summary>
internal static class AcquiredBridges
{
    private const string Prefix = "br-";
    private const int LongestName = 15;

    /// <summary>
    /// Makes a bridge of each interface that is configured: enabled, with a link that has more than "up", and no port of a bridge or a
    /// bond. Its links move to the bridge and keep their numbers.
    /// </summary>
    /// <param name="config">The interfaces.</param>
    /// <param name="parameters">The parameters of all bridges.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static NetworkConfig Create(NetworkConfig config, BridgeParameters parameters, IIdSource ids)
    {
        foreach (var one in config.Interfaces.Where(one => IsConfigured(config, one)).ToList())
        {
            var bridge = new NodeInterface
            {
                Id = ids.NextId(IdKind.Interface),
                Type = InterfaceType.Bridge,
                Name = FreeName(config, Prefix + one.Name),
                MacAddress = one.MacAddress,
                Vlan = one.Vlan,
                Parents = [one.Id],
                Links = one.Links,
                Mtu = one.Mtu,
                AcceptRouterAdvertisements = one.AcceptRouterAdvertisements,
                Bridge = parameters,
            };
            config = config.With(one with { Links = [] });
            config = config with { Interfaces = [.. config.Interfaces, bridge] };
        }

        return config;
    }

    private static bool IsConfigured(NetworkConfig config, NodeInterface one) =>
        one is { Enabled: true, Type: not InterfaceType.Bridge }
        && one.Links.Any(link => link.Mode != LinkMode.LinkUp)
        && !config.ChildrenOf(one.Id).Any(child => child.Type is InterfaceType.Bridge or InterfaceType.Bond);

    // The kernel's names have at most 15 characters.
    private static string FreeName(NetworkConfig config, string wanted)
    {
        var name = wanted[..Math.Min(wanted.Length, LongestName)];
        for (var number = 1; config.Interfaces.Any(one => one.Name == name); number++)
        {
            var suffix = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"-{number}");
            name = wanted[..Math.Min(wanted.Length, LongestName - suffix.Length)] + suffix;
        }

        return name;
    }
}
