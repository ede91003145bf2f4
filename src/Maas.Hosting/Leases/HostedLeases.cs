using System.Buffers.Binary;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Nodes;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Leases;

/// <summary>
/// The IPv4 leases of all networks, in one journal, or in a store that several hosts share: which network a client is of is known when it
/// asks. It is opened when the first network is served.
/// </summary>
internal sealed class HostedLeases : IAddressSource, IAsyncDisposable
{
    private const int SmallestLimit = 60; // new clients in a minute: a rack that is switched on

    private readonly DataDirectory _data;
    private readonly ListedMachines _machines;
    private readonly TimeProvider _timeProvider;
    private readonly ISharedLeaseStore<Lease>? _store;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly SubnetsByNetwork<DhcpSubnet> _subnets;
    private LeaseJournal? _journal;
    private volatile LeaseAllocator? _leases;
    private volatile SharedLeaseAllocator? _shared;

    /// <summary>Makes the leases; the journal is opened later.</summary>
    /// <param name="data">The folder of the journal.</param>
    /// <param name="machines">The machines that administrators have accepted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="store">Where several hosts keep their leases; <see langword="null"/> for the journal.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    public HostedLeases(
        DataDirectory data, ListedMachines machines, TimeProvider timeProvider, ISharedLeaseStore<Lease>? store = null,
        ILoggerFactory? loggerFactory = null)
    {
        (_data, _machines, _timeProvider) = (data, machines, timeProvider);
        (_store, _loggerFactory) = (store, loggerFactory);
        _subnets = new SubnetsByNetwork<DhcpSubnet>(subnet => subnet.Network, () => _leases?.Subnets ?? []);
    }

    /// <summary>Whether a network leases addresses.</summary>
    public bool IsOpen => _leases is not null;

    /// <summary>Whether other hosts lease the same subnets.</summary>
    public bool AreShared => _store is not null;

    /// <summary>
    /// How many addresses this host may lease to new clients while the store that hosts share does not answer; <see langword="null"/> when
    /// it shares none.
    /// </summary>
    public int? FreeInReserve => _shared?.FreeInReserve;

    /// <summary>Why leases are granted without the store that hosts share; <see langword="null"/> while it answers.</summary>
    public string? StoreFailure => _shared is { IsStoreAway: true } shared
        ? $"The store of IPv4 leases does not answer; {shared.Unwritten} leases wait to be written to it, "
            + $"and {shared.FreeInReserve} addresses are left for new clients."
        : null;

    private LeaseAllocator Leases => _leases ?? throw new InvalidOperationException("No network leases IPv4 addresses yet.");

    /// <summary>Leases the subnets of a network from now on, in place of those that it had.</summary>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves or those of another network; nothing has changed
    /// then.</exception>
    /// <exception cref="IOException">The journal cannot be opened.</exception>
    public Task<IReadOnlyList<Lease>> SetAsync(string network, IReadOnlyList<DhcpSubnet> subnets, CancellationToken cancellationToken) =>
        _subnets.SetAsync(network, subnets, all => LeaseAsync(all, cancellationToken), cancellationToken);

    /// <summary>The subnets of a network with their present reservations; empty before it is served.</summary>
    public IReadOnlyList<DhcpSubnet> SubnetsOf(string network) => _subnets.Of(network);

    /// <summary>Reserves an address.</summary>
    public ReservationResult AddReservation(AddressReservation reservation) =>
        _leases?.AddReservation(reservation) ?? new ReservationResult.NotServed();

    /// <summary>Ends the reservation of an address.</summary>
    public AddressReservation? RemoveReservation(IPAddress address) => _leases?.RemoveReservation(address);

    /// <inheritdoc/>
    public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken) =>
        _shared is { } shared ? shared.AskAsync(question, cancellationToken) : Leases.AskAsync(question, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CommitAsync(CancellationToken cancellationToken) =>
        _shared is null ? Leases.CommitAsync(cancellationToken) : default; // the store has them when it is asked

    /// <summary>The lease of an address that a client has now.</summary>
    public Lease? FindBound(IPAddress address) => _leases?.Find(address) is { State: LeaseState.Bound } lease ? lease : null;

    /// <summary>What is leased now, and to whom.</summary>
    public IEnumerable<(IPAddress Address, HardwareAddress Hardware)> Bound() =>
        List().Where(lease => lease.State == LeaseState.Bound).Select(lease => (lease.Address, lease.Hardware));

    /// <summary>Every address that is held now.</summary>
    public IReadOnlyList<Lease> List() => _leases?.List() ?? [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_shared is not null) await _shared.DisposeAsync().ConfigureAwait(false);
        if (_journal is not null) await _journal.DisposeAsync().ConfigureAwait(false);
        _subnets.Dispose();
    }

    private async Task<IReadOnlyList<Lease>> LeaseAsync(IReadOnlyList<DhcpSubnet> all, CancellationToken cancellationToken)
    {
        if (_leases is { } leases) return leases.ReplaceSubnets(all);
        if (_store is { } store)
        {
            await LeaseFiles.MoveAsync(_data.Path, store, cancellationToken).ConfigureAwait(false);
            _shared = await SharedLeaseAllocator.OpenAsync(
                all, store, Rules(all), new SharedLeaseOptions { SnapshotFile = _data.Of(LeaseFiles.Snapshot) }, _timeProvider,
                _loggerFactory, cancellationToken).ConfigureAwait(false);
            _leases = _shared.Leases;
            return [];
        }

        _journal ??= await LeaseFiles.OpenAsync(_data.Path, cancellationToken).ConfigureAwait(false);
        _leases = await LeaseAllocator.OpenAsync(all, _journal, Rules(all), _timeProvider, cancellationToken).ConfigureAwait(false);
        return [];
    }

    /// <summary>
    /// What keeps a few clients from taking every address: a host that invents hardware addresses gets half of the addresses in a minute at
    /// most, and keeps them for as long as firmware does.
    /// </summary>
    public static LeaseOptions RulesOf(IReadOnlyList<DhcpSubnet> subnets) => new()
    {
        NewClientsPerMinuteOfLink = (int)Math.Clamp(
            subnets.Sum(s => s.Ranges.Sum(r => NumberOf(r.Last) - NumberOf(r.First) + 1)) / 2, SmallestLimit, int.MaxValue),
        NewClientLeaseTime = subnets.Min(s => s.FirmwareLeaseTime),
    };

    // Machines that an administrator has accepted get an address all the same.
    private LeaseOptions Rules(IReadOnlyList<DhcpSubnet> subnets) => RulesOf(subnets) with { IsKnownClient = _machines.IsAccepted };

    private static long NumberOf(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
