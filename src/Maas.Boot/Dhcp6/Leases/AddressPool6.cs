using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// The addresses of one subnet, and who has which. What has ended is forgotten: a client that comes back lands on the same
/// address all the same, because the place where its search begins depends on its identifier alone.
/// </summary>
internal sealed class AddressPool6
{
    private readonly HashSet<UInt128> _kept;
    private readonly int _size;
    private int _leasable;
    private readonly Dictionary<UInt128, Lease6> _held = [];
    private readonly Dictionary<(Duid, uint), Lease6> _byClient = [];
    private readonly PriorityQueue<UInt128, DateTimeOffset> _endings = new();
    private readonly Dictionary<UInt128, DateTimeOffset> _noted = [];
    private readonly Dictionary<Duid, int> _countOf = [];
    private readonly HashSet<UInt128> _renewed = [];
    private int _heldInRanges;

    /// <exception cref="ArgumentException">The subnet contradicts itself; the message tells where.</exception>
    public AddressPool6(Dhcp6Subnet subnet)
    {
        Check(subnet);
        Subnet = subnet;
        _kept = [.. KeptFromAll(subnet), .. subnet.Reservations.Select(r => r.Address.ToNumber128())];
        _size = subnet.Ranges.Sum(r => r.Count);
        _leasable = _size - _kept.Count(IsInRange);
    }

    public Dhcp6Subnet Subnet { get; private set; }

    /// <summary>How many addresses are leased to any client.</summary>
    public int Size => _leasable;

    public IEnumerable<Lease6> Held => _held.Values;

    /// <summary>How many ends are noted. It follows the addresses, however often their clients renew.</summary>
    public int Endings => _endings.Count;

    /// <summary>What the client has now; <see langword="null"/> when nothing.</summary>
    public Lease6? Find(Duid client, uint association) => _byClient.GetValueOrDefault((client, association));

    /// <summary>How many addresses a client has.</summary>
    public int CountOf(Duid client) => _countOf.GetValueOrDefault(client);

    public Lease6? Find(UInt128 address) => _held.GetValueOrDefault(address);

    /// <summary>Whether any client may have the address.</summary>
    public bool IsLeasable(UInt128 address) => IsInRange(address) && !_kept.Contains(address);

    /// <summary>Whether the client may have the address: it is leased to any client, or reserved for this one.</summary>
    public bool IsServed(UInt128 address, Duid client, HardwareAddress? hardware) =>
        IsLeasable(address) || ReservedFor(client, hardware) == address;

    /// <summary>Whether the client that has the address has renewed it: it is there, and no invention.</summary>
    public bool HasRenewed(UInt128 address) => _renewed.Contains(address);

    /// <summary>Reserves an address of the subnet: from now on it is leased to no other client.</summary>
    /// <returns>The reservation that is there instead, of the same address or the same client; <see langword="null"/> when it has been
    /// added.</returns>
    public AddressReservation6? TryAdd(AddressReservation6 reservation)
    {
        foreach (var other in Subnet.Reservations)
            if (other.Address.Equals(reservation.Address) || other with { Address = reservation.Address } == reservation) return other;
        var address = reservation.Address.ToNumber128();
        Subnet = Subnet with { Reservations = [.. Subnet.Reservations, reservation] };
        CountLeasable(address, -1);
        _kept.Add(address);
        return null;
    }

    /// <summary>Ends the reservation of an address: it may be leased to any client again, if it is of the ranges.</summary>
    /// <returns>What it was; <see langword="null"/> when the address is not reserved.</returns>
    public AddressReservation6? Remove(UInt128 address)
    {
        if (Subnet.Reservations.FirstOrDefault(r => r.Address.ToNumber128() == address) is not { } reservation) return null;
        Subnet = Subnet with { Reservations = [.. Subnet.Reservations.Where(r => !ReferenceEquals(r, reservation))] };
        if (KeptFromAll(Subnet).Contains(address)) return reservation;
        _kept.Remove(address);
        CountLeasable(address, 1);
        return reservation;
    }

    /// <summary>The address kept for a client; <see langword="null"/> when none is.</summary>
    public UInt128? ReservedFor(Duid client, HardwareAddress? hardware)
    {
        foreach (var reservation in Subnet.Reservations)
            if (reservation.Matches(client, hardware)) return reservation.Address.ToNumber128();
        return null;
    }

    /// <summary>An address that no client holds; <see langword="null"/> when all are held.</summary>
    public UInt128? FindFree(Duid client, uint association)
    {
        if (_heldInRanges >= _leasable) return null;
        var start = StableHash(client, association) % (uint)_size;
        for (var i = 0u; i < _size; i++)
        {
            var address = AddressAt((int)((start + i) % (uint)_size));
            if (!_kept.Contains(address) && !_held.ContainsKey(address)) return address;
        }

        return null;
    }

    /// <summary>
    /// The address that is held for a client which is neither known nor has ever renewed, of these the one held for the longest time;
    /// <see langword="null"/> when all are renewed, known or reserved.
    /// </summary>
    public UInt128? FindDisplaceable(Func<Lease6, bool> isKnown)
    {
        Lease6? longest = null;
        foreach (var (address, lease) in _held)
        {
            if (lease.State != LeaseState.Bound || _renewed.Contains(address) || !IsLeasable(address)) continue;
            if ((longest is null || lease.Since < longest.Since) && !isKnown(lease)) longest = lease;
        }

        return longest?.Address.ToNumber128();
    }

    /// <summary>Notes what became of an address.</summary>
    /// <param name="lease">What is known of it.</param>
    /// <param name="hasRenewed">Whether its client has renewed it.</param>
    public void Set(Lease6 lease, bool hasRenewed = false)
    {
        var address = lease.Address.ToNumber128();
        Forget(address);
        if (lease.State == LeaseState.Released) return;
        _held.Add(address, lease);
        if (hasRenewed) _renewed.Add(address);
        NoteEnding(address, lease.ExpiresAt);
        if (IsLeasable(address)) _heldInRanges++;
        if (lease.State != LeaseState.Bound) return;
        _countOf[lease.Client] = CountOf(lease.Client) + 1;
        _byClient[(lease.Client, lease.AssociationId)] = lease;
    }

    /// <summary>Forgets what has ended.</summary>
    public void Reclaim(DateTimeOffset now)
    {
        while (_endings.TryPeek(out var address, out var noted) && noted <= now)
        {
            _endings.Dequeue();
            if (_noted.GetValueOrDefault(address) != noted) continue; // an earlier end was noted since
            _noted.Remove(address);
            if (!_held.TryGetValue(address, out var lease)) continue;
            if (lease.ExpiresAt <= now) Forget(address);
            else NoteEnding(address, lease.ExpiresAt);
        }
    }

    // A hold that only grows is found by its earlier note, so that a client that renews without end takes no memory.
    private void NoteEnding(UInt128 address, DateTimeOffset ending)
    {
        if (_noted.TryGetValue(address, out var noted) && noted <= ending) return;
        _noted[address] = ending;
        _endings.Enqueue(address, ending);
    }

    private void Forget(UInt128 address)
    {
        if (!_held.Remove(address, out var lease)) return;
        _renewed.Remove(address);
        if (IsLeasable(address)) _heldInRanges--;
        if (lease.State == LeaseState.Bound && (_countOf[lease.Client] -= 1) == 0) _countOf.Remove(lease.Client);
        var key = (lease.Client, lease.AssociationId);
        if (_byClient.TryGetValue(key, out var current) && ReferenceEquals(current, lease)) _byClient.Remove(key);
    }

    // An address becomes leasable or no longer is: before it is kept, and after it was.
    private void CountLeasable(UInt128 address, int change)
    {
        if (!IsLeasable(address)) return;
        _leasable += change;
        if (_held.ContainsKey(address)) _heldInRanges += change;
    }

    // The subnet's own is the routers' anycast address (RFC 4291 section 2.6.1).
    private static IEnumerable<UInt128> KeptFromAll(Dhcp6Subnet subnet) =>
        subnet.Exclusions.Concat(subnet.NameServers)
            .Concat(subnet.TimeServers)
            .Select(a => a.ToNumber128())
            .Append(subnet.Network.BaseAddress.ToNumber128());

    private bool IsInRange(UInt128 address)
    {
        foreach (var range in Subnet.Ranges)
            if (range.Contains(address)) return true;
        return false;
    }

    private UInt128 AddressAt(int index)
    {
        foreach (var range in Subnet.Ranges)
        {
            if (index < range.Count) return range.FirstNumber + (uint)index;
            index -= range.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }

    // FNV-1a: the same in every process, and nothing depends on its quality but how evenly clients spread.
    private static uint StableHash(Duid client, uint association)
    {
        var hash = 2166136261;
        foreach (var octet in client.Octets) hash = (hash ^ octet) * 16777619;
        for (var shift = 24; shift >= 0; shift -= 8) hash = (hash ^ (byte)(association >> shift)) * 16777619;
        return hash;
    }

    private static void Check(Dhcp6Subnet subnet)
    {
        if (subnet.Network.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            throw new ArgumentException($"{subnet.Network} is no IPv6 network.", nameof(subnet));
        var ranges = subnet.Ranges.OrderBy(r => r.FirstNumber).ToList();
        foreach (var range in ranges)
            if (!subnet.Network.Contains(range.First) || !subnet.Network.Contains(range.Last))
                throw new ArgumentException($"Range {range} lies outside of {subnet.Network}.", nameof(subnet));
        foreach (var (a, b) in ranges.Zip(ranges.Skip(1)))
            if (b.FirstNumber <= a.LastNumber) throw new ArgumentException($"Ranges {a} and {b} overlap.", nameof(subnet));
        if (ranges.Sum(r => (long)r.Count) > AddressRange6.MaxCount)
            throw new ArgumentException($"The ranges of a subnet have at most {AddressRange6.MaxCount} addresses.", nameof(subnet));
        foreach (var reservation in subnet.Reservations)
            if (!subnet.Network.Contains(reservation.Address))
                throw new ArgumentException($"Reserved address {reservation.Address} lies outside of {subnet.Network}.", nameof(subnet));
        if (subnet.Reservations.GroupBy(r => r.Address).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Address {twice.Key} is reserved twice.", nameof(subnet));
        foreach (var domain in subnet.SearchDomains) DomainNames.Check(domain);
        foreach (var time in (TimeSpan[])[subnet.LeaseTime, subnet.FirmwareLeaseTime, subnet.QuarantineTime])
            if (time < LeaseTime.Shortest || time.TotalSeconds >= uint.MaxValue)
                throw new ArgumentException($"A time of {time} cannot be served on {subnet.Network}.", nameof(subnet));
    }
}
