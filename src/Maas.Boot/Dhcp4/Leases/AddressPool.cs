using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// The leasable addresses of one subnet. An address that was never leased is preferred, at a place that depends on the client
/// (so that it lands on the same address even when the store was lost); then the one whose lease ended longest ago.
/// </summary>
internal sealed class AddressPool
{
    /// <summary>The pool of addresses of subnets that are not served: it leases none.</summary>
    public static readonly AddressPool Unserved = new(new DhcpSubnet { Network = new IPNetwork(IPAddress.Any, 32) });

    private readonly (IPv4Address First, int Start, int Count)[] _ranges;
    private readonly int _slots;
    private readonly AddressSet _leasable;
    private AddressSet _fresh;
    private PoolReserve? _reserve; // null: every leasable address is this server's to offer
    private readonly HashSet<IPv4Address> _reserved;
    private readonly PriorityQueue<LeaseBinding, DateTimeOffset> _endings = new();

    public AddressPool(DhcpSubnet subnet)
    {
        Subnet = subnet;
        _ranges = Flatten(subnet, out _slots);
        _reserved = [.. subnet.Reservations.Select(r => r.Address.ToIPv4())];
        _leasable = new AddressSet(_slots);
        foreach (var address in NamedBy(subnet).Concat(_reserved))
            if (IndexOf(address) is var index and >= 0) _leasable.Remove(index);
        foreach (var excluded in subnet.Exclusions)
            for (var i = 0; i < _slots; i++)
                if (excluded.Contains(AddressAt(i))) _leasable.Remove(i);

        _fresh = new AddressSet(_slots);
        for (var i = 0; i < _slots; i++)
            if (!_leasable.Contains(i)) _fresh.Remove(i);
    }

    public DhcpSubnet Subnet { get; private set; }

    /// <summary>The number of addresses of the ranges, leasable or not.</summary>
    public int Slots => _slots;

    /// <summary>How many addresses can be leased at all.</summary>
    public int Size => _leasable.Count;

    /// <summary>Whether the address may be leased to any client.</summary>
    public bool IsLeasable(IPv4Address address) => IndexOf(address) is var index and >= 0 && _leasable.Contains(index);

    /// <summary>Whether this server may offer the address to a client that did not have it.</summary>
    public bool IsOffered(IPv4Address address) =>
        IndexOf(address) is var index and >= 0 && _leasable.Contains(index) && _reserve?.Contains(index) != false;

    /// <summary>Whether the address may be leased at all: to any client, or to the one that it is reserved for.</summary>
    public bool IsServed(IPv4Address address) => IsLeasable(address) || _reserved.Contains(address);

    /// <summary>Reserves an address of the subnet: from now on it is leased to no other client.</summary>
    public void Add(AddressReservation reservation)
    {
        var address = reservation.Address.ToIPv4();
        Subnet = Subnet with { Reservations = [.. Subnet.Reservations, reservation] };
        _reserved.Add(address);
        if (IndexOf(address) is not (var index and >= 0)) return;
        _leasable.Remove(index);
        _fresh.Remove(index);
        _reserve?.Refresh(index);
    }

    /// <summary>Ends a reservation: the address may be leased to any client again, if it is of the ranges.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="known">Who has or had the address; <see langword="null"/> when it was never leased.</param>
    public void Remove(AddressReservation reservation, LeaseBinding? known)
    {
        var address = reservation.Address.ToIPv4();
        Subnet = Subnet with { Reservations = [.. Subnet.Reservations.Where(r => !ReferenceEquals(r, reservation))] };
        _reserved.Remove(address);
        if (IndexOf(address) is not (var index and >= 0) || IsKeptFromAll(address)) return;
        _leasable.Add(index);
        _reserve?.Refresh(index);
        if (_reserve?.Contains(index) == false) return;
        if (known is null) _fresh.Add(index);
        else NoteEnding(known);
    }

    /// <summary>From now on, clients that are new get addresses of a reserve alone, which is empty yet.</summary>
    public void LeaseReserveOnly() => (_reserve, _fresh) = (new PoolReserve(_leasable, _slots), AddressSet.Empty(_slots));

    /// <summary>Adds an address to the reserve.</summary>
    /// <param name="address">The address.</param>
    /// <param name="known">Who has or had the address; <see langword="null"/> when it was never leased.</param>
    public void AddToReserve(IPv4Address address, LeaseBinding? known)
    {
        if (IndexOf(address) is not (var index and >= 0)) return;
        _reserve?.Add(index);
        if (!_leasable.Contains(index)) return;
        if (known is null) _fresh.Add(index);
        else NoteEnding(known);
    }

    /// <summary>Takes an address out of the reserve, or notes what the store says now of one that was not in it.</summary>
    /// <param name="address">The address.</param>
    /// <param name="heldUntil">Until when it is another server's or a client's; <see langword="null"/> when the store has no entry.</param>
    public void RemoveFromReserve(IPv4Address address, DateTimeOffset? heldUntil)
    {
        if (IndexOf(address) is not (var index and >= 0)) return;
        _reserve?.Remove(index, heldUntil);
        _fresh.Remove(index);
    }

    /// <summary>The addresses to ask the store for; see <see cref="PoolReserve.Find"/>.</summary>
    public IEnumerable<IPv4Address> FindReserve(int largest, uint place, DateTimeOffset now, Func<IPv4Address, bool> isKept) =>
        _reserve?.Find(largest, place, now, index => isKept(AddressAt(index))).Select(AddressAt) ?? [];

    /// <summary>The addresses to ask the store for; see <see cref="PoolReserve.FindForRestart"/>.</summary>
    public IEnumerable<IPv4Address> FindForRestart(
        int largest, int present, uint place, DateTimeOffset now, Func<IPv4Address, bool> isKept) =>
        _reserve?.FindForRestart(largest, present, place, now, index => isKept(AddressAt(index))).Select(AddressAt) ?? [];

    /// <summary>Whether less than half of its share is free in the reserve.</summary>
    public bool IsReserveLow(int largest, Func<IPv4Address, bool> isKept) =>
        _reserve?.IsLow(largest, index => isKept(AddressAt(index))) == true;

    /// <summary>How many addresses of the reserve are free.</summary>
    public int CountFreeInReserve(Func<IPv4Address, bool> isKept) => _reserve?.CountFree(index => isKept(AddressAt(index))) ?? 0;

    /// <summary>Notes that the address has been used, by whatever way it came to that.</summary>
    public void MarkUsed(IPv4Address address)
    {
        if (IndexOf(address) is var index and >= 0) _fresh.Remove(index);
    }

    /// <summary>
    /// Notes when an entry's hold ends, so that it is found when addresses run out. A hold that only grows is found by its earlier note.
    /// </summary>
    public void NoteEnding(LeaseBinding entry)
    {
        if (entry.NotedEnding <= entry.ExpiresAt || !IsOffered(entry.Address)) return;
        entry.NotedEnding = entry.ExpiresAt;
        _endings.Enqueue(entry, entry.ExpiresAt);
    }

    /// <summary>An address that was never leased; 0.0.0.0 when all were.</summary>
    public IPv4Address TakeFresh(ReadOnlySpan<byte> client)
    {
        if (_fresh.Count == 0) return default;
        var index = _fresh.Next((int)(StableHash(client) % (uint)_slots));
        _fresh.Remove(index);
        return AddressAt(index);
    }

    /// <summary>The entry whose hold ended longest ago; <see langword="null"/> when every address is held.</summary>
    public LeaseBinding? TakeEnded(DateTimeOffset now)
    {
        while (_endings.TryPeek(out var entry, out var noted) && noted <= now)
        {
            _endings.Dequeue();
            if (noted != entry.NotedEnding) continue; // an earlier end was noted since
            entry.NotedEnding = null;
            if (!IsOffered(entry.Address)) continue; // it left the reserve since
            if (!entry.IsHeldAt(now)) return entry;
            NoteEnding(entry);
        }

        return null;
    }

    private int IndexOf(IPv4Address address)
    {
        foreach (var (first, start, count) in _ranges)
            if (address >= first && address - first < count) return start + (int)(address - first);
        return -1;
    }

    private IPv4Address AddressAt(int index)
    {
        foreach (var (first, start, count) in _ranges)
            if (index < start + count) return first + (index - start);
        throw new ArgumentOutOfRangeException(nameof(index));
    }

    private static (IPv4Address First, int Start, int Count)[] Flatten(DhcpSubnet subnet, out int size)
    {
        size = 0;
        var ranges = new List<(IPv4Address, int, int)>();
        foreach (var range in subnet.Ranges.OrderBy(r => r.FirstIPv4.Value))
        {
            var count = checked((int)(range.LastIPv4 - range.FirstIPv4 + 1));
            ranges.Add((range.FirstIPv4, size, count));
            size = checked(size + count);
        }

        return [.. ranges];
    }

    private bool IsKeptFromAll(IPv4Address address) =>
        Subnet.Exclusions.Any(e => e.Contains(address)) || NamedBy(Subnet).Contains(address);

    // The subnet's own and broadcast address, and every machine the subnet's parameters name.
    private static IEnumerable<IPv4Address> NamedBy(DhcpSubnet subnet)
    {
        var network = subnet.Network.BaseAddress.ToIPv4();
        IEnumerable<IPv4Address> ends = subnet.Network.PrefixLength <= 30 ? [network, network.LastOf(subnet.Network.PrefixLength)] : [];
        return ends
            .Concat(subnet.Routers.Concat(subnet.NameServers).Concat(subnet.TimeServers).Concat(subnet.Relays).Select(a => a.ToIPv4()));
    }

    // FNV-1a: the same in every process, and nothing depends on its quality but how evenly clients spread.
    private static uint StableHash(ReadOnlySpan<byte> octets)
    {
        var hash = 2166136261;
        foreach (var octet in octets) hash = (hash ^ octet) * 16777619;
        return hash;
    }
}
