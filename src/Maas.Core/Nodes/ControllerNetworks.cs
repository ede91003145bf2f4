using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maas.Core.Network.Interfaces;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>The interfaces of controllers as those of other nodes are shown. Pure functions.</summary>
public static class ControllerNetworks
{
    private const int FirstId = 1 << 30;

    /// <summary>
    /// The interfaces of a controller's host. Each address within a subnet is a static link, and the VLAN of the first one is that of the
    /// interface. Numbers are derived from names and addresses: they are the same after a restart.
    /// </summary>
    /// <param name="controller">The controller.</param>
    /// <param name="topology">The shared nouns.</param>
    public static NetworkConfig Of(Controller controller, TopologySnapshot topology)
    {
        ArgumentNullException.ThrowIfNull(controller);
        ArgumentNullException.ThrowIfNull(topology);
        HashSet<long> taken = [];
        return new NetworkConfig { Interfaces = [.. controller.Interfaces.Select(one => Of(controller, one, topology, taken))] };
    }

    private static NodeInterface Of(Controller controller, HostInterface host, TopologySnapshot topology, HashSet<long> taken)
    {
        (IPAddress Address, Subnet Subnet)[] links =
        [
            .. host.Ips.Select(address => (address, topology.FindSubnet(address)))
                .Where(item => item.Item2 is not null).Select(item => (item.address, item.Item2!)), // by the line above
        ];
        return new NodeInterface
        {
            Id = Number(taken, $"{controller.SystemId}/{host.Name}"),
            Name = host.Name,
            MacAddress = host.MacAddress,
            Mtu = host.Mtu > 0 ? host.Mtu : null,
            InterfaceSpeed = host.SpeedMbps,
            LinkSpeed = host.SpeedMbps,
            Vlan = links.Length > 0 ? links[0].Subnet.VlanId : null,
            Links =
            [
                .. links.Select(link => new InterfaceLink
                {
                    Id = Number(taken, $"{controller.SystemId}/{host.Name}/{link.Address}"),
                    Mode = LinkMode.Static,
                    Subnet = link.Subnet.Id,
                    Address = link.Address,
                }),
            ],
        };
    }

    // Above the numbers that counters assign, and no more than what clients read into 32 bits.
    private static long Number(HashSet<long> taken, string name)
    {
        long number = FirstId | (BinaryPrimitives.ReadInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) & (FirstId - 1));
        while (!taken.Add(number)) number = number == int.MaxValue ? FirstId : number + 1;
        return number;
    }
}
