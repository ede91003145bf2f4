using Maas.Core.Network.Interfaces;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>
/// Keeps <see cref="Machine.MacAddresses"/>, by which machines are found and which are unique, and the physical interfaces of the
/// configurations in agreement. Pure functions.
/// </summary>
internal static class NodeInterfaces
{
    /// <summary>
    /// The interfaces of a machine without a stored configuration. Their numbers are those that they are always shown with: the machine's
    /// number and their place. The first one is the boot interface.
    /// </summary>
    public static NetworkConfig Derive(Machine machine) => new()
    {
        Interfaces =
        [
            .. machine.MacAddresses.Index().Select(item => new NodeInterface
            {
                Id = (machine.Number * NodeIds.PlacesPerMachine) + item.Index,
                Name = $"eth{item.Index}",
                MacAddress = item.Item,
                Vlan = item.Index == 0 ? Vlan.DefaultId : null,
            }),
        ],
        BootInterface = machine.MacAddresses.Count > 0 ? machine.Number * NodeIds.PlacesPerMachine : null,
    };

    /// <summary>
    /// A configuration whose physical interfaces have exactly the given addresses: an interface with another address is removed, and one
    /// without an interface gets one.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="addresses">The addresses.</param>
    /// <param name="source">
    /// Another configuration of the node: an interface of the same number gets its address from it, and a missing one is taken over without
    /// links.
    /// </param>
    /// <param name="ids">Assigns numbers.</param>
    public static NetworkConfig Agree(
        NetworkConfig config, IReadOnlyList<MacAddress> addresses, NetworkConfig? source, IIdSource ids)
    {
        foreach (var one in config.Interfaces.Where(one => one.Type == InterfaceType.Physical).ToList())
        {
            if (source?.Find(one.Id) is { Type: InterfaceType.Physical } same && same.MacAddress != one.MacAddress)
                config = config.With(
                    [.. config.Interfaces.Where(each => each.MacAddress == one.MacAddress && config.IsBuiltOn(each.Id, one.Id))
                        .Select(each => each.Id)],
                    each => each with { MacAddress = same.MacAddress });
        }

        foreach (var one in config.Interfaces.Where(one => one.Type == InterfaceType.Physical).ToList())
        {
            if (one.MacAddress is not { } mac || !addresses.Contains(mac))
                config = InterfaceRules.Delete(config, one.Id, ids) is NetworkResult.Changed changed ? changed.Config : config;
        }

        foreach (var mac in addresses)
        {
            if (config.Interfaces.Any(one => one.Type == InterfaceType.Physical && one.MacAddress == mac)) continue;
            var known = source?.Interfaces.FirstOrDefault(one => one.Type == InterfaceType.Physical && one.MacAddress == mac);
            var added = known ?? new NodeInterface { Id = ids.NextId(IdKind.Interface), Name = "", MacAddress = mac };
            added = added with { Name = FreeName(config, added.Name), Links = [], Parents = [] };
            config = config with { Interfaces = [.. config.Interfaces, added] };
        }

        return config.BootInterface is not null ? config : config with
        {
            BootInterface = config.Interfaces.FirstOrDefault(one =>
                one.Type == InterfaceType.Physical && addresses is [var first, ..] && one.MacAddress == first)?.Id,
        };
    }

    /// <summary>
    /// The addresses of a machine after a change of its interfaces: a changed one keeps its place, for the first is that of the boot
    /// interface.
    /// </summary>
    public static IReadOnlyList<MacAddress> AddressesOf(Machine machine, NetworkConfig before, NetworkConfig after)
    {
        List<MacAddress> addresses = [];
        foreach (var mac in machine.MacAddresses)
        {
            var one = before.Interfaces.FirstOrDefault(each => each.Type == InterfaceType.Physical && each.MacAddress == mac);
            if (one is null) addresses.Add(mac);
            else if (after.Find(one.Id)?.MacAddress is { } kept) addresses.Add(kept);
        }

        addresses.AddRange(after.Interfaces.Where(one => one.Type == InterfaceType.Physical).Select(one => one.MacAddress)
            .OfType<MacAddress>());
        return [.. addresses.Distinct()];
    }

    /// <summary>The configuration without references to VLANs and subnets that do not exist any more.</summary>
    public static NetworkConfig Existing(NetworkConfig config, NetworkView view) => config with
    {
        Interfaces =
        [
            .. config.Interfaces.Select(one => one with
            {
                Vlan = view.Vlan(one.Vlan)?.Id,
                Links = [.. one.Links.Where(link => link.Subnet is null || view.Subnet(link.Subnet) is not null)],
            }),
        ],
    };

    private static string FreeName(NetworkConfig config, string name)
    {
        for (var number = 0; name.Length == 0 || config.Interfaces.Any(one => one.Name == name); number++) name = $"eth{number}";
        return name;
    }
}
