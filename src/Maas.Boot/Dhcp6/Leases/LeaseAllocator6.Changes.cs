using System.Net;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

// What may be changed while it leases. The pools are made beside; requests wait only while leases are put into them.
public sealed partial class LeaseAllocator6
{
    /// <summary>The subnets that are served now, with their present reservations.</summary>
    public IReadOnlyList<Dhcp6Subnet> Subnets
    {
        get
        {
            lock (_lock) return [.. _pools.Select(p => p.Subnet)];
        }
    }

    /// <summary>Serves other subnets from now on, in place of those before. Requests are answered meanwhile.</summary>
    /// <remarks>
    /// Leases stay as they are. One whose address the new subnets lease, or reserve for its client, goes on as before. Any other one is
    /// kept until it ends: no other client gets the address, and a renewal gets the rest of the time. A lease of a subnet that is no
    /// longer served is not renewed at all, and counts again when the subnet is served again. The reservations are those of the new
    /// subnets.
    /// </remarks>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where. Nothing has changed
    /// then.</exception>
    public IReadOnlyList<Lease6> ReplaceSubnets(IReadOnlyList<Dhcp6Subnet> subnets)
    {
        lock (_changing)
        {
            var pools = PoolsOf(subnets);
            lock (_lock)
            {
                var (now, correction) = (_clock.Now, _clock.Correction);
                foreach (var pool in _pools) pool.Reclaim(now);
                List<(Lease6 Lease, bool HasRenewed)> leases =
                [
                    .. _pools.SelectMany(p => p.Held, (p, l) => (l, p.HasRenewed(l.Address.ToNumber128()))),
                    .. _unserved.Values.Where(l => l.ExpiresAt > now).Select(l => (l, false))
                ];
                _pools = pools;
                _unserved.Clear();
                // Of two leases of one association, the one that can be renewed is its own, then the one that lasts longer: the last one.
                foreach (var (lease, hasRenewed) in leases.OrderBy(l => IsServed(l.Lease)).ThenBy(l => l.Lease.ExpiresAt))
                    Adopt(lease, hasRenewed);
                AdoptHolds();
                return [.. leases.Where(l => IsHeld(l.Lease, now) && !IsServed(l.Lease)).Select(l => Corrected(l.Lease, correction))];
            }
        }
    }

    /// <summary>Reserves an address for a client from now on, in the subnet that the address is of.</summary>
    /// <remarks>A client that has another address gets the reserved one when it asks anew, after a restart of its system.</remarks>
    /// <returns><see cref="ReservationResult6.Added"/>, or why not.</returns>
    public ReservationResult6 AddReservation(AddressReservation6 reservation)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        lock (_changing)
        lock (_lock)
        {
            if (PoolOf(reservation.Address) is not { } pool) return new ReservationResult6.NotServed();
            pool.Reclaim(_clock.Now);
            if (pool.Find(reservation.Address.ToNumber128()) is { } lease && IsHeld(lease, _clock.Now) && !reservation.IsFor(lease))
                return new ReservationResult6.Held(Corrected(lease, _clock.Correction));
            return pool.TryAdd(reservation) is { } other ? new ReservationResult6.Conflicts(other) : new ReservationResult6.Added();
        }
    }

    /// <summary>Ends the reservation of an address: other clients may get it, if it is of the subnet's ranges and free.</summary>
    /// <remarks>
    /// A lease of the address continues. It is renewed if the address is in the ranges; otherwise it is kept until it ends.
    /// </remarks>
    /// <returns>The reservation; <see langword="null"/> when the address was not reserved.</returns>
    public AddressReservation6? RemoveReservation(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        lock (_changing)
        lock (_lock)
            return PoolOf(address)?.Remove(address.ToNumber128());
    }

    private static AddressPool6[] PoolsOf(IReadOnlyList<Dhcp6Subnet> subnets)
    {
        if (subnets.Count == 0) throw new ArgumentException("There is no subnet to lease from.", nameof(subnets));
        foreach (var (a, b) in subnets.SelectMany((a, i) => subnets.Skip(i + 1).Select(b => (a.Network, b.Network))))
            if (a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress))
                throw new ArgumentException($"Subnets {a} and {b} overlap.", nameof(subnets));
        return [.. subnets.Select(s => new AddressPool6(s))];
    }

    // Puts a lease into the present subnets.
    private void Adopt(Lease6 lease, bool hasRenewed)
    {
        if (PoolOf(lease.Address) is { } pool) pool.Set(lease, hasRenewed);
        else if (lease.ExpiresAt > _clock.Now) _unserved[lease.Address.ToNumber128()] = lease;
    }

    private bool IsServed(Lease6 lease) =>
        PoolOf(lease.Address)?.IsServed(lease.Address.ToNumber128(), lease.Client, lease.Hardware) == true;

    private AddressPool6? PoolOf(IPAddress address) =>
        address.AddressFamily != AddressFamily.InterNetworkV6 ? null : Array.Find(_pools, p => p.Subnet.Network.Contains(address));
}
