using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

// What may be changed while it leases. The tables of large ranges are made beside; requests wait only while leases are put into them.
public sealed partial class LeaseAllocator
{
    /// <summary>The subnets that are served now, with their present reservations.</summary>
    public IReadOnlyList<DhcpSubnet> Subnets
    {
        get
        {
            lock (_lock) return [.. _subnets.Links.SelectMany(l => l.Pools).Select(p => p.Subnet)];
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
    public IReadOnlyList<Lease> ReplaceSubnets(IReadOnlyList<DhcpSubnet> subnets)
    {
        lock (_changing)
        {
            var table = new SubnetTable(subnets);
            lock (_lock)
            {
                List<LeaseBinding> bindings = [.. AllBindings()], attached = [.. _subnets.Links.SelectMany(l => l.Attached)];
                _subnets = table;
                _unserved.Clear();
                foreach (var binding in bindings) Adopt(binding);
                foreach (var binding in attached) _subnets.Find(binding.Address)?.Attach(binding);
                AdoptHolds();
                var (now, correction) = (_clock.Now, _clock.Correction);
                return [.. bindings.Where(b => b.IsHeldAt(now) && !IsServed(b)).Select(b => b.ToLease(correction))];
            }
        }
    }

    /// <summary>Reserves an address for a client from now on, in the subnet that the address is of.</summary>
    /// <remarks>A client that has another address gets the reserved one when it renews.</remarks>
    /// <returns><see cref="ReservationResult.Added"/>, or why not.</returns>
    public ReservationResult AddReservation(AddressReservation reservation)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        if (reservation.Address.AddressFamily != AddressFamily.InterNetwork) return new ReservationResult.NotServed();
        var address = reservation.Address.ToIPv4();
        lock (_changing)
        lock (_lock)
        {
            if (_subnets.Find(address) is not { } link || link.PoolOf(address) is not { } pool)
                return new ReservationResult.NotServed();
            if (link.Entries.TryGetValue(address, out var holder) && holder.IsHeldAt(_clock.Now) && reservation.IsFor(holder) != true)
                return new ReservationResult.Held(holder.ToLease(_clock.Correction));
            return link.TryAdd(pool, reservation) is { } other
                ? new ReservationResult.Conflicts(other)
                : new ReservationResult.Added();
        }
    }

    /// <summary>Ends the reservation of an address: other clients may get it, if it is of the subnet's ranges and free.</summary>
    /// <remarks>
    /// A lease of the address continues. It is renewed if the address is in the ranges; otherwise it is kept until it ends.
    /// </remarks>
    /// <returns>The reservation; <see langword="null"/> when the address was not reserved.</returns>
    public AddressReservation? RemoveReservation(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily != AddressFamily.InterNetwork) return null;
        lock (_changing)
        lock (_lock)
            return _subnets.Find(address.ToIPv4())?.Remove(address);
    }

    private IEnumerable<LeaseBinding> AllBindings() => _subnets.Links.SelectMany(l => l.Entries.Values).Concat(_unserved.Values);

    // Puts a binding into the present subnets.
    private void Adopt(LeaseBinding binding)
    {
        if (_subnets.Find(binding.Address) is not { } link || link.PoolOf(binding.Address) is not { } pool)
        {
            binding.MoveTo(AddressPool.Unserved);
            if (binding.IsHeldAt(_clock.Now)) _unserved[binding.Address] = binding;
            return;
        }

        binding.MoveTo(pool);
        link.Entries[binding.Address] = binding;
        pool.MarkUsed(binding.Address);
        pool.NoteEnding(binding);
        if (binding.State != LeaseState.Quarantined && IsBetter(binding, link.FindByClient(binding.Client.Octets))) link.Attach(binding);
    }

    // Of two leases of one client, the one that can be renewed is its own, then the one that lasts longer.
    private static bool IsBetter(LeaseBinding binding, LeaseBinding? other) =>
        other is null || RankOf(binding).CompareTo(RankOf(other)) >= 0;

    private static (bool, DateTimeOffset) RankOf(LeaseBinding binding) => (binding.Pool.IsServed(binding.Address), binding.ExpiresAt);

    // A reserved address is leased to the client that it is reserved for alone.
    private static bool IsServed(LeaseBinding binding) =>
        binding.Pool.IsLeasable(binding.Address)
            || binding.Pool.Subnet.Reservations.Any(r => r.Address.ToIPv4() == binding.Address && r.IsFor(binding) != false);
}
