using System.Collections.Concurrent;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Policy;

namespace Maas.Hosting.Leases;

/// <summary>The IPv6 leases of all networks, in one journal. It is opened when the first network with a prefix is served.</summary>
/// <param name="data">The folder of the journal.</param>
/// <param name="machines">The machines that administrators have accepted.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class HostedLeases6(DataDirectory data, ListedMachines machines, TimeProvider timeProvider) : IAsyncDisposable
{
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConcurrentDictionary<string, IReadOnlyList<Dhcp6Subnet>> _subnets = new(StringComparer.OrdinalIgnoreCase);
    private LeaseJournal6? _journal;
    private volatile LeaseAllocator6? _leases;

    /// <summary>The addresses, for DHCPv6; <see langword="null"/> before a network with a prefix is served.</summary>
    public LeaseAllocator6? Addresses => _leases;

    /// <summary>Leases the subnets of a network from now on, in place of those that it had.</summary>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves or those of another network; nothing has changed
    /// then.</exception>
    /// <exception cref="IOException">The journal cannot be opened.</exception>
    public async Task<IReadOnlyList<Lease6>> SetAsync(
        string network, IReadOnlyList<Dhcp6Subnet> subnets, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Dhcp6Subnet[] all =
            [
                .. _subnets.Where(each => !each.Key.Equals(network, StringComparison.OrdinalIgnoreCase))
                    .SelectMany(each => Present(each.Value)),
                .. subnets,
            ];
            IReadOnlyList<Lease6> kept = [];
            if (_leases is { } leases)
            {
                kept = leases.ReplaceSubnets(all);
            }
            else
            {
                _journal ??= await LeaseFiles.Open6Async(data.Path, cancellationToken).ConfigureAwait(false);
                var rules = new LeaseOptions6 { IsKnownClient = machines.IsAccepted };
                _leases = await LeaseAllocator6.OpenAsync(all, _journal, rules, timeProvider, cancellationToken).ConfigureAwait(false);
            }

            _subnets[network] = subnets;
            return kept;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The subnets of a network with their present reservations; empty before it is served.</summary>
    public IReadOnlyList<Dhcp6Subnet> SubnetsOf(string network) =>
        _subnets.TryGetValue(network, out var subnets) ? Present(subnets) : [];

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
        if (_journal is not null) await _journal.DisposeAsync().ConfigureAwait(false);
        _changing.Dispose();
    }

    // A subnet as it was set, with the reservations that were added and removed since.
    private Dhcp6Subnet[] Present(IReadOnlyList<Dhcp6Subnet> subnets)
    {
        var present = _leases?.Subnets ?? [];
        return [.. subnets.Select(each => present.FirstOrDefault(other => other.Network.Equals(each.Network)) ?? each)];
    }
}
