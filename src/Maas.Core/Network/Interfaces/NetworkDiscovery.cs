using Maas.Core.Inventory;

namespace Maas.Core.Network.Interfaces;

/// <summary>Makes a configuration of what commissioning found.</summary>
public static class NetworkDiscovery
{
    /// <summary>
    /// The interfaces of a node, without links. One that was known before, by its hardware address, keeps its number, its operator's tags
    /// and its VLAN.
    /// </summary>
    /// <param name="hardware">What commissioning found.</param>
    /// <param name="boot">The address of the interface that the node booted from; <see langword="null"/> when not known.</param>
    /// <param name="bootVlan">The VLAN of that interface; <see langword="null"/> when not known.</param>
    /// <param name="previous">What was known before; <see langword="null"/> the first time.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static NetworkConfig Discover(
        Hardware hardware, MacAddress? boot, long? bootVlan, NetworkConfig? previous, IIdSource ids)
    {
        List<NodeInterface> known = [.. (previous?.Interfaces ?? []).Where(one => one.Type == InterfaceType.Physical)];
        List<NodeInterface> interfaces = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var found in hardware.Interfaces.DistinctBy(found => found.MacAddress))
        {
            var same = known.Find(one => one.MacAddress == found.MacAddress);
            var name = found.Name;
            for (var number = 0; name.Length > InterfaceChecks.LongestName || !names.Add(name); number++) name = $"eth{number}";
            interfaces.Add(new NodeInterface
            {
                Id = same?.Id ?? ids.NextId(IdKind.Interface),
                Name = name,
                MacAddress = found.MacAddress,
                Vlan = found.MacAddress == boot ? bootVlan ?? same?.Vlan : same?.Vlan,
                Tags = same?.Tags ?? [],
                LinkConnected = found.LinkUp,
                LinkSpeed = found.SpeedMbps,
                InterfaceSpeed = Math.Max(found.SpeedMbps, same?.InterfaceSpeed ?? 0),
                Vendor = found.Vendor,
                Product = found.Product,
            });
        }

        return new NetworkConfig
        {
            Interfaces =
            [
                .. known.Select(before => interfaces.Find(one => one.Id == before.Id)).OfType<NodeInterface>(),
                .. interfaces.Where(one => known.TrueForAll(before => before.Id != one.Id)),
            ],
            BootInterface = (interfaces.Find(one => one.MacAddress == boot)
                ?? interfaces.Find(one => one.Id == previous?.BootInterface))?.Id,
        };
    }

    /// <summary>
    /// The default links: the boot interface asks the DHCP server of its VLAN, as every image does without a configuration; other
    /// connected interfaces are up without an address. A link that an earlier configuration had in the same way keeps its number.
    /// </summary>
    /// <param name="found">The interfaces without links.</param>
    /// <param name="view">The networks.</param>
    /// <param name="previous">An earlier configuration; <see langword="null"/> for none.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static NetworkConfig WithDefaultLinks(NetworkConfig found, NetworkView view, NetworkConfig? previous, IIdSource ids)
    {
        return found with
        {
            Interfaces =
            [
                .. found.Interfaces.Select(one => one with
                {
                    Links = one is { Enabled: true, Vlan: not null } ? [LinkOf(one)] : [],
                }),
            ],
            DefaultGatewayIPv4 = null,
            DefaultGatewayIPv6 = null,
        };

        InterfaceLink LinkOf(NodeInterface one)
        {
            var mode = one.Id != found.BootInterface ? LinkMode.LinkUp : LinkMode.Dhcp;
            var id = mode == LinkMode.Dhcp
                ? view.Subnets.Values.Where(subnet => subnet.Vlan == one.Vlan).OrderBy(subnet => subnet.IsIPv6).ThenBy(subnet => subnet.Id)
                    .FirstOrDefault()?.Id
                : null;
            var earlier = previous?.Find(one.Id)?.Links.FirstOrDefault(link => link.Mode == mode && link.Subnet == id);
            return new InterfaceLink { Id = earlier?.Id ?? ids.NextId(IdKind.Link), Mode = mode, Subnet = id };
        }
    }
}
