using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Core;
using Maas.Core.Topology;
using Maas.Hosting.Nodes;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Networks;

/// <summary>
/// Stores the networks of the options, and what changed in the options since, and tells which subnets are stored. What is stored decides:
/// the API changes it while the host runs.
/// </summary>
/// <param name="core">The store.</param>
/// <param name="logger">The log.</param>
internal sealed partial class NetworkTopology(MaasCore core, ILogger<NetworkTopology> logger)
{
    /// <summary>Stores what the options say of a link.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="link">The link.</param>
    /// <param name="host">This host's address, where it is the name server of the link because the options name none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task ApplyAsync(string network, DhcpSubnet link, IPAddress? host, CancellationToken cancellationToken) =>
        ApplyAsync(
            network,
            new ServedSubnet
            {
                Subnet = new Subnet
                {
                    Cidr = link.Network,
                    Gateway = link.Routers.Count > 0 && link.Network.Contains(link.Routers[0]) ? link.Routers[0] : null,
                    DnsServers = link.NameServers,
                },
                DynamicRanges = [.. link.Ranges.Select(range => (range.First, range.Last))],
                Reserved =
                [
                    .. link.Reservations.OfType<AddressReservation.ForHardware>()
                        .Select(each => (each.Address, Mac: each.Hardware.ToMacAddress()))
                        .Where(each => each.Mac is not null)
                        .Select(each => (each.Address, each.Mac!.Value)), // not null
                ],
                Rack = core.Controllers.Self.SystemId,
                HostNameServer = host,
            },
            cancellationToken);

    /// <summary>Stores what the options say of the IPv6 prefix of a link.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="link">The prefix.</param>
    /// <param name="sameLinkAs">The IPv4 network of the link; <see langword="null"/> for none.</param>
    /// <param name="host">This host's address, where it is the name server of the prefix because the options name none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task ApplyAsync(
        string network, Dhcp6Subnet link, IPNetwork? sameLinkAs, IPAddress? host, CancellationToken cancellationToken) =>
        ApplyAsync(
            network,
            new ServedSubnet
            {
                Subnet = new Subnet { Cidr = link.Network, DnsServers = link.NameServers },
                DynamicRanges = [.. link.Ranges.Select(range => (range.First, range.Last))],
                Reserved =
                [
                    .. link.Reservations.OfType<AddressReservation6.ForHardware>()
                        .Select(each => (each.Address, Mac: each.Hardware.ToMacAddress()))
                        .Where(each => each.Mac is not null)
                        .Select(each => (each.Address, each.Mac!.Value)), // not null
                ],
                Rack = core.Controllers.Self.SystemId,
                SameLinkAs = sameLinkAs,
                HostNameServer = host,
            },
            cancellationToken);

    /// <summary>Lets this host join the name servers of a link, if it could not yet.</summary>
    public Task JoinNameServersAsync(IPNetwork link, IPAddress host, CancellationToken cancellationToken) =>
        core.Networks.JoinNameServersAsync(link, host, cancellationToken);

    /// <summary>Name servers as this host names them: itself first among hosts.</summary>
    public async Task<IReadOnlyList<DhcpSubnet>> OrderNameServersAsync(
        IReadOnlyList<DhcpSubnet> subnets, IPNetwork link, IPAddress? host, CancellationToken cancellationToken)
    {
        List<DhcpSubnet> ordered = [];
        foreach (var subnet in subnets)
            ordered.Add(subnet with
            {
                NameServers = await OrderAsync(link, subnet.NameServers, host, cancellationToken).ConfigureAwait(false),
            });
        return ordered;
    }

    /// <inheritdoc cref="OrderNameServersAsync(IReadOnlyList{DhcpSubnet}, IPNetwork, IPAddress?, CancellationToken)"/>
    public async Task<IReadOnlyList<Dhcp6Subnet>> OrderNameServersAsync(
        IReadOnlyList<Dhcp6Subnet> subnets, IPNetwork link, IPAddress? host, CancellationToken cancellationToken)
    {
        List<Dhcp6Subnet> ordered = [];
        foreach (var subnet in subnets)
            ordered.Add(subnet with
            {
                NameServers = await OrderAsync(link, subnet.NameServers, host, cancellationToken).ConfigureAwait(false),
            });
        return ordered;
    }

    private async Task<IReadOnlyList<IPAddress>> OrderAsync(
        IPNetwork link, IReadOnlyList<IPAddress> servers, IPAddress? host, CancellationToken cancellationToken) =>
        host is null ? servers : await core.Networks.OrderNameServersAsync(link, servers, host, cancellationToken).ConfigureAwait(false);

    /// <summary>The stored nouns.</summary>
    public ValueTask<TopologySnapshot> GetAsync(CancellationToken cancellationToken) => core.Topology.GetAsync(cancellationToken);

    /// <summary>The stored nouns, and each later state of them.</summary>
    public IAsyncEnumerable<TopologySnapshot> WatchAsync(CancellationToken cancellationToken) =>
        core.Topology.WatchAsync(cancellationToken);

    /// <summary>Whether DHCP would do the same with both.</summary>
    public static bool AreSame(IReadOnlyList<DhcpSubnet> one, IReadOnlyList<DhcpSubnet> other) =>
        one.Count == other.Count && one.Zip(other).All(pair =>
            pair.First.Network.Equals(pair.Second.Network) && pair.First.SharedNetwork == pair.Second.SharedNetwork
            && pair.First.Mtu == pair.Second.Mtu && pair.First.Relays.SequenceEqual(pair.Second.Relays)
            && pair.First.Ranges.SequenceEqual(pair.Second.Ranges) && pair.First.Routes.SequenceEqual(pair.Second.Routes)
            && pair.First.Routers.SequenceEqual(pair.Second.Routers) && pair.First.NameServers.SequenceEqual(pair.Second.NameServers)
            && pair.First.Reservations.ToHashSet().SetEquals(pair.Second.Reservations));

    /// <summary>Whether DHCPv6 would do the same with both.</summary>
    public static bool AreSame(IReadOnlyList<Dhcp6Subnet> one, IReadOnlyList<Dhcp6Subnet> other) =>
        one.Count == other.Count && one.Zip(other).All(pair =>
            pair.First.Network.Equals(pair.Second.Network) && pair.First.Ranges.SequenceEqual(pair.Second.Ranges)
            && pair.First.NameServers.SequenceEqual(pair.Second.NameServers)
            && pair.First.Reservations.ToHashSet().SetEquals(pair.Second.Reservations));

    private async Task ApplyAsync(string network, ServedSubnet served, CancellationToken cancellationToken)
    {
        foreach (var refusal in await core.Networks.ApplyServedAsync(served, cancellationToken).ConfigureAwait(false))
            LogRefused(network, served.Subnet.Cidr, refusal);
    }

    [LoggerMessage(
        176, LogLevel.Error,
        "Network {Network}: what changed in the options of {Subnet} cannot be stored beside what users stored: {Reason}")]
    private partial void LogRefused(string network, IPNetwork subnet, string reason);
}
