using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.Leases;
using Maas.Hosting.Networks;

namespace Maas.Hosting;

/// <summary>
/// The networks that this host serves: how they do, what they lease, and changes while they run. Changes last until the host stops; an
/// application keeps its own and makes them again at the start, or stores them with <see cref="Maas.Core.Topology.Networks"/>, which every
/// host follows.
/// </summary>
/// <example>
/// <code>
/// foreach (var network in networks.List()) Console.WriteLine($"{network.Name}: {network.State} {network.Failure}");
/// networks.AddReservation(new AddressReservation.ForHardware(address, hardware));
/// </code>
/// </example>
public sealed class MaasNetworks
{
    private readonly BootNetworks _networks;
    private readonly HostedLeases _leases;
    private readonly HostedLeases6 _leases6;

    internal MaasNetworks(BootNetworks networks, HostedLeases leases, HostedLeases6 leases6) =>
        (_networks, _leases, _leases6) = (networks, leases, leases6);

    /// <summary>Why leases are granted without the store that hosts share; <see langword="null"/> while it answers.</summary>
    internal string? LeaseStoreFailure => (_leases.StoreFailure, _leases6.StoreFailure) switch
    {
        (null, null) => null,
        var (failure, failure6) => string.Join(" ", new[] { failure, failure6 }.OfType<string>()),
    };

    /// <summary>All networks, as they are now.</summary>
    public IReadOnlyList<MaasNetwork> List() => [.. _networks.All.Select(runner => runner.Status)];

    /// <summary>A network by its name; <see langword="null"/> when no network has that name.</summary>
    public MaasNetwork? Find(string name) => _networks.Find(name)?.Status;

    /// <summary>Every IPv4 address that is held now, in the order of addresses.</summary>
    public IReadOnlyList<Lease> Leases() => _leases.List();

    /// <summary>Every IPv6 address that is held now.</summary>
    public IReadOnlyList<Lease6> Leases6() => _leases6.List();

    /// <summary>The IPv4 subnets of a network with their present reservations; empty before it is served.</summary>
    /// <param name="network">The name of the network.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public IReadOnlyList<DhcpSubnet> Subnets(string network) => _leases.SubnetsOf(Require(network));

    /// <summary>The IPv6 subnets of a network with their present reservations; empty before it is served.</summary>
    /// <param name="network">The name of the network.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public IReadOnlyList<Dhcp6Subnet> Subnets6(string network) => _leases6.SubnetsOf(Require(network));

    /// <summary>
    /// Leases other IPv4 subnets in a network from now on, in place of those that it had. The leases of the former go on until they end.
    /// Changes of the stored subnets and of the configuration have no effect on the network until the host starts again.
    /// </summary>
    /// <param name="network">The name of the network, which is in full mode.</param>
    /// <param name="subnets">The subnets. Several on one link have the same <see cref="DhcpSubnet.SharedNetwork"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">There is no such network, or the subnets contradict themselves or those of another network:
    /// nothing has changed then.</exception>
    /// <exception cref="InvalidOperationException">The network does not lease addresses.</exception>
    public Task<IReadOnlyList<Lease>> ReplaceSubnetsAsync(
        string network, IReadOnlyList<DhcpSubnet> subnets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subnets);
        return Runner(network).ReplaceSubnetsAsync(subnets, cancellationToken);
    }

    /// <summary>
    /// Leases other IPv6 subnets in a network from now on, in place of those that it had, and in place of what is stored or configured
    /// later.
    /// </summary>
    /// <param name="network">The name of the network, which has a prefix.</param>
    /// <param name="subnets">The subnets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">There is no such network, or the subnets contradict themselves or those of another network:
    /// nothing has changed then.</exception>
    /// <exception cref="InvalidOperationException">The network has no IPv6 prefix.</exception>
    public Task<IReadOnlyList<Lease6>> ReplaceSubnets6Async(
        string network, IReadOnlyList<Dhcp6Subnet> subnets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subnets);
        return Runner(network).ReplaceSubnets6Async(subnets, cancellationToken);
    }

    /// <summary>Reserves an address for a client from now on, in the network that the address is of.</summary>
    /// <returns><see cref="ReservationResult.Added"/>, or why not.</returns>
    public ReservationResult AddReservation(AddressReservation reservation) => _leases.AddReservation(reservation);

    /// <summary>Reserves an IPv6 address for a client from now on, in the network that the address is of.</summary>
    /// <returns><see cref="ReservationResult6.Added"/>, or why not.</returns>
    public ReservationResult6 AddReservation(AddressReservation6 reservation) => _leases6.AddReservation(reservation);

    /// <summary>Ends the reservation of an address, IPv4 or IPv6. A lease of the address goes on until it ends.</summary>
    /// <returns>Whether the address was reserved.</returns>
    public bool RemoveReservation(IPAddress address) =>
        _leases.RemoveReservation(address) is not null || _leases6.RemoveReservation(address) is not null;

    private string Require(string network) => Runner(network).Name;

    private NetworkRunner Runner(string network) =>
        _networks.Find(network) ?? throw new ArgumentException($"There is no network {network}.", nameof(network));
}
