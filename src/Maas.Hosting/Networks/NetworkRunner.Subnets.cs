using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Core.Topology;
using Maas.Hosting.Link;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Networks;

/// <summary>
/// What the network leases: the subnets that are stored, with the reservations that the application added and removed since, or the subnets
/// that the application put in their place.
/// </summary>
internal sealed partial class NetworkRunner
{
    // The network with the host's own parameters; null while nothing is leased.
    private volatile DhcpSubnet? _link;
    private volatile Dhcp6Subnet? _link6;

    // What is stored, as it was leased.
    private volatile IReadOnlyList<DhcpSubnet>? _stored;
    private volatile IReadOnlyList<Dhcp6Subnet>? _stored6;

    // What the application put in its place.
    private volatile IReadOnlyList<DhcpSubnet>? _replaced;
    private volatile IReadOnlyList<Dhcp6Subnet>? _replaced6;

    private volatile BootNetwork? _network;

    /// <summary>Leases subnets of the application from now on.</summary>
    public async Task<IReadOnlyList<Lease>> ReplaceSubnetsAsync(IReadOnlyList<DhcpSubnet> subnets, CancellationToken cancellationToken)
    {
        if (_options.Mode != DhcpMode.Full) throw new InvalidOperationException($"The network {name} does not lease IPv4 addresses.");
        var kept = await parts.Leases.SetAsync(name, subnets, cancellationToken).ConfigureAwait(false);
        _replaced = subnets;
        await KeepAsync(cancellationToken).ConfigureAwait(false);
        return kept;
    }

    /// <summary>Leases IPv6 subnets of the application from now on.</summary>
    public async Task<IReadOnlyList<Lease6>> ReplaceSubnets6Async(IReadOnlyList<Dhcp6Subnet> subnets, CancellationToken cancellationToken)
    {
        if (_options.Prefix6 is null) throw new InvalidOperationException($"The network {name} does not lease IPv6 addresses.");
        var kept = await parts.Leases6.SetAsync(name, subnets, cancellationToken).ConfigureAwait(false);
        _replaced6 = subnets;
        await KeepAsync(cancellationToken).ConfigureAwait(false);
        return kept;
    }

    /// <summary>Leases the subnets that are stored now, where they differ from those that were stored before.</summary>
    /// <returns><see langword="false"/> for a failure that may pass, such as a database that does not answer; it is logged.</returns>
    public async Task<bool> FollowAsync(TopologySnapshot topology, CancellationToken cancellationToken)
    {
        try
        {
            if (_replaced is null && _link is { } link && StoredSubnets.Of(link, topology) is { } stored
                && await OrderAsync(stored, link, cancellationToken).ConfigureAwait(false) is var subnets
                && !(_stored is { } before && NetworkTopology.AreSame(subnets, before)))
            {
                await LeaseStoredAsync(subnets, cancellationToken).ConfigureAwait(false);
                LogFollowed(name, string.Join(", ", subnets.Select(subnet => subnet.Network)));
            }

            if (_replaced6 is null && _link6 is { } link6 && StoredSubnets.Of(link6, topology) is { } stored6
                && await OrderAsync(stored6, link6, cancellationToken).ConfigureAwait(false) is var subnets6
                && !(_stored6 is { } before6 && NetworkTopology.AreSame(subnets6, before6)))
                await LeaseStoredAsync(subnets6, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotFollowed(name, exception.Message);
            return exception is ArgumentException or InvalidOperationException;
        }
    }

    /// <summary>
    /// Continues with changed options: what is leased changes at once, the rest at the next start. A network that could not be served yet
    /// is tried with the changed options.
    /// </summary>
    /// <returns><see langword="false"/> for a failure that may pass, such as a database that does not answer; it is logged.</returns>
    public async Task<bool> ConfigureAsync(MaasNetworkOptions changed, CancellationToken cancellationToken)
    {
        if (!_isPrepared)
        {
            _options = changed;
            return true;
        }

        var served = _options;
        if (NetworkOptionChanges.AtNextStart(served, changed) is { Count: > 0 } later) LogNextStart(name, string.Join(", ", later));
        if (!NetworkOptionChanges.AreOnePlace(served, changed)) return true;
        try
        {
            var options = NetworkOptionChanges.WithAddresses(served, changed);
            var (link, link6) = LinksOf(options, _network);
            if (link is not null)
                await parts.Topology.ApplyAsync(name, link, NameServerOf(options, link), cancellationToken).ConfigureAwait(false);
            if (link6 is not null && _network is { } network)
                await parts.Topology.ApplyAsync(
                    name, link6, network.HasIPv4 ? network.Network : null, NameServerOf(options, link6), cancellationToken)
                    .ConfigureAwait(false);
            (_options, _link, _link6) = (options, link, link6);
            return await FollowAsync(await parts.Topology.GetAsync(cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotConfigured(name, exception.Message);
            return exception is ArgumentException or InvalidOperationException;
        }
    }

    /// <summary>Lets this host join the name servers of the network, if it could not when the network was stored.</summary>
    public async Task JoinNameServersAsync(CancellationToken cancellationToken)
    {
        if (_link is { } link && NameServerOf(_options, link) is { } host)
            await parts.Topology.JoinNameServersAsync(link.Network, host, cancellationToken).ConfigureAwait(false);
        if (_link6 is { } link6 && NameServerOf(_options, link6) is { } host6)
            await parts.Topology.JoinNameServersAsync(link6.Network, host6, cancellationToken).ConfigureAwait(false);
    }

    // Leases what the options say, which is stored first.
    private async Task LeaseAsync(MaasNetworkOptions options, BootNetwork? network, CancellationToken cancellationToken)
    {
        var (link, link6) = LinksOf(options, network);
        if (link is not null)
        {
            var host = NameServerOf(options, link);
            await parts.Topology.ApplyAsync(name, link, host, cancellationToken).ConfigureAwait(false);
            if (_replaced is { } replaced)
                await parts.Leases.SetAsync(name, replaced, cancellationToken).ConfigureAwait(false);
            else
                await LeaseStoredAsync(
                    await parts.Topology.OrderNameServersAsync(
                        StoredSubnets.Of(link, await parts.Topology.GetAsync(cancellationToken).ConfigureAwait(false)) ?? [link],
                        link.Network, host, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
        }

        if (link6 is not null && network is not null)
        {
            await parts.Topology.ApplyAsync(
                name, link6, network.HasIPv4 ? network.Network : null, NameServerOf(options, link6), cancellationToken)
                .ConfigureAwait(false);
            if (_replaced6 is { } replaced)
                await parts.Leases6.SetAsync(name, replaced, cancellationToken).ConfigureAwait(false);
            else
                await LeaseStoredAsync(
                    await OrderAsync(
                        StoredSubnets.Of(link6, await parts.Topology.GetAsync(cancellationToken).ConfigureAwait(false)) ?? [link6],
                        link6, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
        }

        (_link, _link6, _network) = (link, link6, network);
    }

    private Task<IReadOnlyList<DhcpSubnet>> OrderAsync(
        IReadOnlyList<DhcpSubnet> subnets, DhcpSubnet link, CancellationToken cancellationToken) =>
        parts.Topology.OrderNameServersAsync(subnets, link.Network, NameServerOf(_options, link), cancellationToken);

    private Task<IReadOnlyList<Dhcp6Subnet>> OrderAsync(
        IReadOnlyList<Dhcp6Subnet> subnets, Dhcp6Subnet link, CancellationToken cancellationToken) =>
        parts.Topology.OrderNameServersAsync(subnets, link.Network, NameServerOf(_options, link), cancellationToken);

    // The host's address, where it is the link's name server because the options name none.
    private static IPAddress? NameServerOf(MaasNetworkOptions options, DhcpSubnet link) =>
        options.NameServers.Count == 0 && link.NameServers is [var host] ? host : null;

    private static IPAddress? NameServerOf(MaasNetworkOptions options, Dhcp6Subnet link) =>
        options.NameServers.Count == 0 && link.NameServers is [var host] ? host : null;

    private (DhcpSubnet? Link, Dhcp6Subnet? Link6) LinksOf(MaasNetworkOptions options, BootNetwork? network) => (
        options.Network is { } relayed ? BootNetwork.RelayedSubnet(options, relayed, parts.Options.Domain)
            : options.Mode == DhcpMode.Full ? network?.Subnet(options, parts.Options.Domain) : null,
        options.Prefix6 is { } prefix ? network?.LinkSubnet6(prefix, options) ?? BootNetwork.Subnet6(prefix, options) : null);

    private async Task LeaseStoredAsync(IReadOnlyList<DhcpSubnet> stored, CancellationToken cancellationToken)
    {
        var subnets = _stored is { } before ? StoredSubnets.WithReservations(stored, before, parts.Leases.SubnetsOf(name)) : stored;
        await parts.Leases.SetAsync(name, subnets, cancellationToken).ConfigureAwait(false);
        _stored = stored;
        await KeepAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task LeaseStoredAsync(IReadOnlyList<Dhcp6Subnet> stored, CancellationToken cancellationToken)
    {
        var subnets = _stored6 is { } before ? StoredSubnets.WithReservations(stored, before, parts.Leases6.SubnetsOf(name)) : stored;
        await parts.Leases6.SetAsync(name, subnets, cancellationToken).ConfigureAwait(false);
        _stored6 = stored;
        await KeepAsync(cancellationToken).ConfigureAwait(false);
    }

    // Only the application knows what it puts in place of the stored subnets.
    private Task KeepAsync(CancellationToken cancellationToken) => parts.Kept.SetAsync(
        name, _replaced is null ? _stored : null, _replaced6 is null ? _stored6 : null, cancellationToken);

    [LoggerMessage(166, LogLevel.Information, "Network {Network} leases the stored subnets {Subnets}")]
    private partial void LogFollowed(string network, string subnets);

    [LoggerMessage(167, LogLevel.Error, "Network {Network} cannot lease the stored subnets and goes on as before: {Reason}")]
    private partial void LogNotFollowed(string network, string reason);

    [LoggerMessage(173, LogLevel.Warning, "Network {Network}: the changed options {Options} are used from the next start on")]
    private partial void LogNextStart(string network, string options);

    [LoggerMessage(174, LogLevel.Error, "Network {Network} cannot use the changed options and goes on as before: {Reason}")]
    private partial void LogNotConfigured(string network, string reason);
}
