using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>
/// Chooses addresses for links. The choice holds only if it is saved: the unique key on the address decides, and after a conflict the
/// caller chooses again.
/// </summary>
internal sealed class AddressAllocation(IRecordStore records)
{
    /// <summary>
    /// Gives an address to each link that needs one and has none: the one that is reserved for its interface, else the next free one.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="mode">The mode of the links.</param>
    /// <param name="topology">The shared nouns.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The configuration with addresses; or why a link has none.</returns>
    public async Task<(NetworkConfig Config, string? Exhausted)> AssignAsync(
        NetworkConfig config, LinkMode mode, TopologySnapshot topology, CancellationToken cancellationToken)
    {
        Dictionary<long, HashSet<IPAddress>> taken = [];
        foreach (var (one, link) in config.Links.ToList())
        {
            if (link.Mode != mode || link.Address is not null || (mode == LinkMode.Auto && !one.Enabled)) continue;
            if (link.Subnet is not { } id || topology.FindSubnet(id) is not { } subnet) continue;
            if (!taken.TryGetValue(id, out var used))
            {
                taken[id] = used = await AddressReservations.ListWithinAsync(records, subnet, cancellationToken).ConfigureAwait(false);
                used.UnionWith(await Controllers.ListAddressesAsync(records, cancellationToken).ConfigureAwait(false));
            }

            used.UnionWith(config.Links.Select(item => item.Link.Address).OfType<IPAddress>().Where(subnet.Cidr.Contains));
            var reserved = topology.ReservedIps.FirstOrDefault(
                each => each.SubnetId == id && each.MacAddress == one.MacAddress && !used.Contains(each.Ip));
            if ((reserved?.Ip ?? topology.UseOf(subnet, used).NextFree()) is not { } address)
                return (config, $"No more IPs available in subnet: {subnet.Cidr}.");
            used.Add(address);
            config = LinkRules.AssignAddress(config, link.Id, address);
        }

        return (config, null);
    }

    /// <summary>Why a node cannot have the addresses that its links name; <see langword="null"/> when it can.</summary>
    /// <param name="node">The node.</param>
    /// <param name="before">The configuration before: what it has stays.</param>
    /// <param name="after">The configuration.</param>
    /// <param name="topology">The shared nouns.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(string Field, string Message)?> FindConflictAsync(
        SystemId node, NetworkConfig before, NetworkConfig after, TopologySnapshot topology, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress>? hosts = null;
        foreach (var (one, link) in after.Links)
        {
            if (link.Address is not { } address || before.Links.Any(item => address.Equals(item.Link.Address))) continue;
            if (link.Subnet is not { } id || topology.FindSubnet(id) is not { } subnet) continue;
            var number = AddressMath.ToNumber(address);
            var (first, last) = AddressMath.Usable(subnet.Cidr);
            if (number < first || number > last || address.Equals(subnet.Gateway))
                return ("ip_address", $"IP address {address} is the network's, its broadcast or its gateway's.");
            if (topology.ReservedIps.Any(each => each.Ip.Equals(address) && each.MacAddress != one.MacAddress))
                return ("ip_address", "IP address is reserved for another interface.");
            var holders = await records.ListAsync(
                new RecordQuery<AllocatedAddress>(TopologyTables.Addresses)
                {
                    Where = [RecordCondition.Is("ip", AddressMath.ToBytes(address))], Limit = 1,
                },
                cancellationToken).ConfigureAwait(false);
            hosts ??= await Controllers.ListAddressesAsync(records, cancellationToken).ConfigureAwait(false);
            if ((holders is [var holder] && holder.Node != node) || hosts.Contains(address))
                return ("ip_address", "IP address is already in use.");
        }

        return null;
    }
}
