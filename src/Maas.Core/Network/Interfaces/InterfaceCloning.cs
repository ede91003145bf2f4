namespace Maas.Core.Network.Interfaces;

/// <summary>
/// Copies the interfaces of one node to another. A physical interface takes the place of the destination's with the same name; bonds,
/// bridges and VLAN interfaces are created anew on them.
/// </summary>
public static class InterfaceCloning
{
    /// <summary>
    /// The destination with the interfaces and links of the source, which get numbers of their own. Hardware and addresses are not copied:
    /// static links need new addresses before the configuration is saved.
    /// </summary>
    /// <param name="source">The configuration to copy.</param>
    /// <param name="destination">The configuration to replace. Its physical interfaces stay; the others lose their links.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static NetworkResult Clone(NetworkConfig source, NetworkConfig destination, IIdSource ids)
    {
        var hardware = destination.Interfaces.Where(one => one.Type == InterfaceType.Physical).ToList();
        List<string> missing =
        [
            .. source.Interfaces.Where(one => one.Type == InterfaceType.Physical && hardware.TrueForAll(other => other.Name != one.Name))
                .Select(one => one.Name),
        ];
        if (missing.Count > 0)
            return new NetworkResult.Refused(
                "destinations",
                "destination node physical interfaces do not match the source nodes physical interfaces: " // MAAS-WORDING
                    + string.Join(", ", missing));

        Dictionary<long, NodeInterface> copies = [];
        Dictionary<long, long> links = [];
        foreach (var one in source.Interfaces.Where(one => one.Type == InterfaceType.Physical))
        {
            var target = hardware.First(other => other.Name == one.Name);
            copies[one.Id] = target with
            {
                Vlan = one.Vlan, Enabled = one.Enabled, Mtu = one.Mtu, AcceptRouterAdvertisements = one.AcceptRouterAdvertisements,
                Links = CopyLinks(one),
            };
        }

        // Parents first; what is built on something that does not exist cannot be.
        for (var left = source.Interfaces.Where(one => one.Type != InterfaceType.Physical).ToList(); left.Count > 0;)
        {
            if (left.FirstOrDefault(one => one.Parents.All(copies.ContainsKey)) is not { } next) break;
            left.Remove(next);
            copies[next.Id] = next with
            {
                Id = ids.NextId(IdKind.Interface), Parents = [.. next.Parents.Select(parent => copies[parent].Id)],
                MacAddress = AddressOf(next), Links = CopyLinks(next),
            };
        }

        var others = hardware.Where(one => copies.Values.All(copy => copy.Id != one.Id)).Select(one => one with { Links = [] }).ToList();
        var network = destination with
        {
            Interfaces = [.. hardware.Select(one => copies.Values.Concat(others).First(copy => copy.Id == one.Id)),
                .. copies.Values.Where(copy => copy.Type != InterfaceType.Physical)],
            DefaultGatewayIPv4 = Linked(source.DefaultGatewayIPv4),
            DefaultGatewayIPv6 = Linked(source.DefaultGatewayIPv6),
        };
        return new NetworkResult.Changed(LinkRules.WithLinkUp(network.Tidied(), [.. others.Select(one => one.Id)], ids), 0);

        InterfaceLink[] CopyLinks(NodeInterface from) =>
        [
            .. from.Links.Select(link =>
            {
                links[link.Id] = ids.NextId(IdKind.Link);
                return link with { Id = links[link.Id], Address = null };
            }),
        ];

        long? Linked(long? link) => link is { } id && links.TryGetValue(id, out var copied) ? copied : null;

        // The address of a bond or a bridge is that of the same interface below it.
        MacAddress? AddressOf(NodeInterface of)
        {
            if (of.MacAddress is null || of.Parents.Count == 0) return null;
            var below = of.Parents.FirstOrDefault(parent => source.Find(parent)?.MacAddress == of.MacAddress, of.Parents[0]);
            return copies[below].MacAddress;
        }
    }
}
