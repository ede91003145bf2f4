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
    private readonly AddressSet _leasable;
    private readonly AddressSet _free; // leasable, this server's to offer, and not held
    private PoolReserve? _reserve; // null: every leasable address is this server's to offer
    private readonly Dictionary<UInt128, Lease6> _held = [];
    private readonly Dictionary<(Duid, uint), Lease6> _byClient = [];
    private readonly PriorityQueue<UInt128, DateTimeOffset> _endings = new();
    private readonly Dictionary<UInt128, DateTimeOffset> _noted = [];
    private readonly Dictionary<Duid, int> _countOf = [];
    private readonly HashSet<UInt128> _renewed = [];
    private readonly Dictionary<UInt128, DateTimeOffset> _heldUntil = []; // of those that a store of several servers keeps for longer
    private readonly Dictionary<(Duid, uint), UInt128> _lastOf = []; // where such a store has a client whose address is held no longer
    private readonly Dictionary<UInt128, (Duid, uint)> _lastAt = [];

    /// <exception cref="ArgumentException">The subnet contradicts itself; the message tells where.</exception>
    public AddressPool6(Dhcp6Subnet subnet)
    {
        Check(subnet);
        Subnet = subnet;
        _kept = [.. KeptFromAll(subnet), .. subnet.Reservations.Select(r => r.Address.ToNumber128())];
        _size = subnet.Ranges.Sum(r => r.Count);
        (_leasable, _free) = (new AddressSet(_size), new AddressSet(_size));
        foreach (var address in _kept) SetLeasable(address);
    }

    public Dhcp6Subnet Subnet { get; private set; }

    /// <summary>How many addresses are leased to any client.</summary>
    public int Size => _leasable.Count;

    public IEnumerable<Lease6> Held => _held.Values;

    /// <summary>How many ends are noted. It follows the addresses, however often their clients renew.</summary>
    public int Endings => _endings.Count;

    /// <summary>What the client has now; <see langword="null"/> when nothing.</summary>
    public Lease6? Find(Duid client, uint association) => _byClient.GetValueOrDefault((client, association));

    /// <summary>How many addresses a client has.</summary>
    public int CountOf(Duid client) => _countOf.GetValueOrDefault(client);

    public Lease6? Find(UInt128 address) => _held.GetValueOrDefault(address);

    /// <summary>Whether any client may have the address.</summary>
    public bool IsLeasable(UInt128 address) => IndexOf(address) is var index and >= 0 && _leasable.Contains(index);

    /// <summary>Whether this server may offer the address to a client that did not have it.</summary>
    public bool IsOffered(UInt128 address) =>
        IndexOf(address) is var index and >= 0 && _leasable.Contains(index) && _reserve?.Contains(index) != false;

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
        _kept.Add(address);
        SetLeasable(address);
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
        SetLeasable(address);
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
    public UInt128? FindFree(Duid client, uint association) =>
        _free.Count == 0 ? null : AddressAt(_free.Next((int)(StableHash(client, association) % (uint)_size)));

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
    /// <param name="heldUntil">Until when a store of several servers keeps it for its client, also beyond the lease.</param>
    /// <param name="isCurrent">Whether the client's address is this one from now on.</param>
    public void Set(Lease6 lease, bool hasRenewed = false, DateTimeOffset heldUntil = default, bool isCurrent = true)
    {
        var address = lease.Address.ToNumber128();
        Forget(address);
        if (lease.State == LeaseState.Released && heldUntil == default) return;
        _held.Add(address, lease);
        if (hasRenewed) _renewed.Add(address);
        if (heldUntil > lease.ExpiresAt) _heldUntil.Add(address, heldUntil);
        NoteEnding(address, EndOf(address, lease));
        Refresh(address);
        if (lease.State == LeaseState.Quarantined) return;
        if (lease.State == LeaseState.Bound) _countOf[lease.Client] = CountOf(lease.Client) + 1;
        if (isCurrent) _byClient[(lease.Client, lease.AssociationId)] = lease;
    }

    /// <summary>Notes that a store of several servers keeps an address for its client for longer.</summary>
    public void Keep(UInt128 address, DateTimeOffset heldUntil)
    {
        if (!_held.TryGetValue(address, out var lease)) return;
        if (heldUntil > lease.ExpiresAt) _heldUntil[address] = heldUntil;
        NoteEnding(address, EndOf(address, lease));
    }

    /// <summary>From now on, clients that are new get addresses of a reserve alone, which is empty yet.</summary>
    public void LeaseReserveOnly()
    {
        _reserve = new PoolReserve(_leasable, _size);
        for (var i = _free.Next(0); i >= 0; i = _free.Next(i)) _free.Remove(i);
    }

    /// <summary>Adds an address to the reserve. What another client had there has ended.</summary>
    public void AddToReserve(UInt128 address, DateTimeOffset now)
    {
        if (IndexOf(address) is not (var index and >= 0)) return;
        _reserve?.Add(index);
        _heldUntil.Remove(address);
        if (_held.TryGetValue(address, out var lease) && (lease.State == LeaseState.Released || lease.ExpiresAt <= now)) Forget(address);
        Refresh(address);
    }

    /// <summary>Takes an address out of the reserve, or notes what the store says now of one that was not in it.</summary>
    /// <param name="address">The address.</param>
    /// <param name="heldUntil">Until when it is another server's or a client's; <see langword="null"/> when the store has no entry.</param>
    public void RemoveFromReserve(UInt128 address, DateTimeOffset? heldUntil)
    {
        if (IndexOf(address) is not (var index and >= 0)) return;
        _reserve?.Remove(index, heldUntil);
        Refresh(address);
    }

    /// <summary>The addresses to ask the store for; see <see cref="PoolReserve.Find"/>.</summary>
    public IEnumerable<UInt128> FindReserve(int largest, uint place, DateTimeOffset now) =>
        _reserve?.Find(largest, place, now, index => _held.ContainsKey(AddressAt(index))).Select(AddressAt) ?? [];

    /// <summary>The addresses to ask the store for; see <see cref="PoolReserve.FindForRestart"/>.</summary>
    public IEnumerable<UInt128> FindForRestart(int largest, int present, uint place, DateTimeOffset now) =>
        _reserve?.FindForRestart(largest, present, place, now, index => _held.ContainsKey(AddressAt(index))).Select(AddressAt) ?? [];

    /// <summary>Whether less than half of its share is free in the reserve.</summary>
    public bool IsReserveLow(int largest) => _reserve?.IsLow(largest, index => _held.ContainsKey(AddressAt(index))) == true;

    /// <summary>How many addresses of the reserve are free.</summary>
    public int CountFreeInReserve() => _reserve?.CountFree(index => _held.ContainsKey(AddressAt(index))) ?? 0;

    /// <summary>
    /// Where a store of several servers has a client whose address is held no longer; <see langword="null"/> when it has it nowhere.
    /// </summary>
    public UInt128? LastOf(Duid client, uint association) => _lastOf.TryGetValue((client, association), out var address) ? address : null;

    /// <summary>Forgets what has ended.</summary>
    public void Reclaim(DateTimeOffset now)
    {
        while (_endings.TryPeek(out var address, out var noted) && noted <= now)
        {
            _endings.Dequeue();
            if (_noted.GetValueOrDefault(address) != noted) continue; // an earlier end was noted since
            _noted.Remove(address);
            if (!_held.TryGetValue(address, out var lease)) continue;
            if (EndOf(address, lease) is var end && end > now)
            {
                NoteEnding(address, end);
                continue;
            }

            Forget(address);
            if (_reserve is not null && lease.State != LeaseState.Quarantined) RememberLast(address, (lease.Client, lease.AssociationId));
        }
    }

    // A hold that only grows is found by its earlier note, so that a client that renews without end takes no memory.
    private void NoteEnding(UInt128 address, DateTimeOffset ending)
    {
        if (_noted.TryGetValue(address, out var noted) && noted <= ending) return;
        _noted[address] = ending;
        _endings.Enqueue(address, ending);
    }

    /// <summary>Notes that no client has an address.</summary>
    public void Forget(UInt128 address)
    {
        if (_lastAt.Remove(address, out var last) && _lastOf.TryGetValue(last, out var where) && where == address) _lastOf.Remove(last);
        if (!_held.Remove(address, out var lease)) return;
        _renewed.Remove(address);
        _heldUntil.Remove(address);
        Refresh(address);
        if (lease.State == LeaseState.Bound && (_countOf[lease.Client] -= 1) == 0) _countOf.Remove(lease.Client);
        var key = (lease.Client, lease.AssociationId);
        if (_byClient.TryGetValue(key, out var current) && ReferenceEquals(current, lease)) _byClient.Remove(key);
    }

    private void RememberLast(UInt128 address, (Duid, uint) client)
    {
        _lastAt[address] = client;
        _lastOf[client] = address;
    }

    private DateTimeOffset EndOf(UInt128 address, Lease6 lease) =>
        _heldUntil.TryGetValue(address, out var until) && until > lease.ExpiresAt ? until : lease.ExpiresAt;

    // An address becomes kept, or no longer is.
    private void SetLeasable(UInt128 address)
    {
        if (IndexOf(address) is not (var index and >= 0)) return;
        if (_kept.Contains(address)) _leasable.Remove(index);
        else _leasable.Add(index);
        _reserve?.Refresh(index);
        Refresh(address);
    }

    private void Refresh(UInt128 address)
    {
        if (IndexOf(address) is not (var index and >= 0)) return;
        if (_leasable.Contains(index) && _reserve?.Contains(index) != false && !_held.ContainsKey(address)) _free.Add(index);
        else _free.Remove(index);
    }

    // The subnet's own is the routers' anycast address (RFC 4291 section 2.6.1).
    private static IEnumerable<UInt128> KeptFromAll(Dhcp6Subnet subnet) =>
        subnet.Exclusions.Concat(subnet.NameServers)
            .Concat(subnet.TimeServers)
            .Select(a => a.ToNumber128())
            .Append(subnet.Network.BaseAddress.ToNumber128());

    private int IndexOf(UInt128 address)
    {
        var start = 0;
        foreach (var range in Subnet.Ranges)
        {
            if (range.Contains(address)) return start + (int)(address - range.FirstNumber);
            start += range.Count;
        }

        return -1;
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
