using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Nodes;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Leases;

/// <summary>
/// The IPv6 leases of all networks, in one journal, or in a store that several hosts share. It is opened when the first network with a
/// prefix is served.
/// </summary>
internal sealed class HostedLeases6 : IAsyncDisposable
{
    private readonly DataDirectory _data;
    private readonly ListedMachines _machines;
    private readonly TimeProvider _timeProvider;
    private readonly ISharedLeaseStore<Lease6>? _store;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly SubnetsByNetwork<Dhcp6Subnet> _subnets;
    private LeaseJournal6? _journal;
    private volatile LeaseAllocator6? _leases;
    private volatile SharedLeaseAllocator6? _shared;

    /// <summary>Makes the leases; the journal is opened later.</summary>
    /// <param name="data">The folder of the journal.</param>
    /// <param name="machines">The machines that administrators have accepted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="store">Where several hosts keep their leases; <see langword="null"/> for the journal.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    public HostedLeases6(
        DataDirectory data, ListedMachines machines, TimeProvider timeProvider, ISharedLeaseStore<Lease6>? store = null,
        ILoggerFactory? loggerFactory = null)
    {
        (_data, _machines, _timeProvider) = (data, machines, timeProvider);
        (_store, _loggerFactory) = (store, loggerFactory);
        _subnets = new SubnetsByNetwork<Dhcp6Subnet>(subnet => subnet.Network, () => _leases?.Subnets ?? []);
    }

    /// <summary>The addresses, for DHCPv6; <see langword="null"/> before a network with a prefix is served.</summary>
    public IAddressSource6? Addresses => _shared is { } shared ? shared : _leases;

    /// <summary>Whether other hosts lease the same subnets.</summary>
    public bool AreShared => _store is not null;

    /// <summary>
    /// How many addresses this host may lease to new clients while the store that hosts share does not answer; <see langword="null"/> when
    /// it shares none.
    /// </summary>
    public int? FreeInReserve => _shared?.FreeInReserve;

    /// <summary>Why leases are granted without the store that hosts share; <see langword="null"/> while it answers.</summary>
    public string? StoreFailure => _shared is { IsStoreAway: true } shared
        ? $"The store of IPv6 leases does not answer; {shared.Unwritten} leases wait to be written to it, "
            + $"and {shared.FreeInReserve} addresses are left for new clients."
        : null;

    /// <summary>Leases the subnets of a network from now on, in place of those that it had.</summary>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves or those of another network; nothing has changed
    /// then.</exception>
    /// <exception cref="IOException">The journal cannot be opened.</exception>
    public Task<IReadOnlyList<Lease6>> SetAsync(
        string network, IReadOnlyList<Dhcp6Subnet> subnets, CancellationToken cancellationToken) =>
        _subnets.SetAsync(network, subnets, all => LeaseAsync(all, cancellationToken), cancellationToken);

    /// <summary>The subnets of a network with their present reservations; empty before it is served.</summary>
    public IReadOnlyList<Dhcp6Subnet> SubnetsOf(string network) => _subnets.Of(network);

    /// <summary>Reserves an address.</summary>
    public ReservationResult6 AddReservation(AddressReservation6 reservation) =>
        _leases?.AddReservation(reservation) ?? new ReservationResult6.NotServed();

    /// <summary>Ends the reservation of an address.</summary>
    public AddressReservation6? RemoveReservation(IPAddress address) => _leases?.RemoveReservation(address);

    /// <summary>The client that has an address now, as far as its hardware address is known.</summary>
    public HardwareAddress? OwnerOf(IPAddress address) =>
        _leases?.Find(address) is { State: LeaseState.Bound } lease ? lease.Hardware : null;

    /// <summary>What is leased now, and to whom, as far as that is known.</summary>
    public IEnumerable<(IPAddress Address, HardwareAddress Hardware)> Bound()
    {
        foreach (var lease in List())
            if (lease is { State: LeaseState.Bound, Hardware: { } hardware }) yield return (lease.Address, hardware);
    }

    /// <summary>Every address that is held now.</summary>
    public IReadOnlyList<Lease6> List() => _leases?.List() ?? [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_shared is not null) await _shared.DisposeAsync().ConfigureAwait(false);
        if (_journal is not null) await _journal.DisposeAsync().ConfigureAwait(false);
        _subnets.Dispose();
    }

    private async Task<IReadOnlyList<Lease6>> LeaseAsync(IReadOnlyList<Dhcp6Subnet> all, CancellationToken cancellationToken)
    {
        if (_leases is { } leases) return leases.ReplaceSubnets(all);
        var rules = new LeaseOptions6 { IsKnownClient = _machines.IsAccepted };
        if (_store is { } store)
        {
            await LeaseFiles.Move6Async(_data.Path, store, cancellationToken).ConfigureAwait(false);
            _shared = await SharedLeaseAllocator6.OpenAsync(
                all, store, rules, new SharedLeaseOptions { SnapshotFile = _data.Of(LeaseFiles.Snapshot6) }, _timeProvider, _loggerFactory,
                cancellationToken).ConfigureAwait(false);
            _leases = _shared.Leases;
            return [];
        }

        _journal ??= await LeaseFiles.Open6Async(_data.Path, cancellationToken).ConfigureAwait(false);
        _leases = await LeaseAllocator6.OpenAsync(all, _journal, rules, _timeProvider, cancellationToken).ConfigureAwait(false);
        return [];
    }
}
