using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// The leasable addresses of one subnet. An address that was never leased is preferred, at a place that depends on the client
/// (so that it lands on the same address even when the store was lost); then the one whose lease ended longest ago.
/// </summary>
internal sealed class AddressPool
{
    private readonly (uint First, int Start, int Count)[] _ranges;
    private readonly int _slots;
    private readonly AddressSet _leasable;
    private readonly AddressSet _fresh;
    private readonly PriorityQueue<LeaseBinding, DateTimeOffset> _endings = new();

    public AddressPool(DhcpSubnet subnet)
    {
        Subnet = subnet;
        _ranges = Flatten(subnet, out _slots);
        _leasable = new AddressSet(_slots);
        foreach (var number in Unleasable(subnet).Distinct())
            if (IndexOf(number) is var index and >= 0) _leasable.Remove(index);
        foreach (var excluded in subnet.Exclusions)
            for (var i = 0; i < _slots; i++)
                if (excluded.Contains(NumberAt(i))) _leasable.Remove(i);

        _fresh = new AddressSet(_slots);
        for (var i = 0; i < _slots; i++)
            if (!_leasable.Contains(i)) _fresh.Remove(i);
    }

    public DhcpSubnet Subnet { get; }

    /// <summary>How many addresses can be leased at all.</summary>
    public int Size => _leasable.Count;

    /// <summary>Whether the address may be leased to any client.</summary>
    public bool IsLeasable(uint number) => IndexOf(number) is var index and >= 0 && _leasable.Contains(index);

    /// <summary>Notes that the address has been used, by whatever way it came to that.</summary>
    public void MarkUsed(uint number)
    {
        if (IndexOf(number) is var index and >= 0) _fresh.Remove(index);
    }

    /// <summary>
    /// Notes when an entry's hold ends, so that it is found when addresses run out. A hold that only grows is found by its earlier note.
    /// </summary>
    public void NoteEnding(LeaseBinding entry)
    {
        if (entry.NotedEnding <= entry.ExpiresAt || !IsLeasable(entry.Number)) return;
        entry.NotedEnding = entry.ExpiresAt;
        _endings.Enqueue(entry, entry.ExpiresAt);
    }

    /// <summary>An address that was never leased; 0 when all were.</summary>
    public uint TakeFresh(ReadOnlySpan<byte> client)
    {
        if (_fresh.Count == 0) return 0;
        var index = _fresh.Next((int)(StableHash(client) % (uint)_slots));
        _fresh.Remove(index);
        return NumberAt(index);
    }

    /// <summary>The entry whose hold ended longest ago; <see langword="null"/> when every address is held.</summary>
    public LeaseBinding? TakeEnded(DateTimeOffset now)
    {
        while (_endings.TryPeek(out var entry, out var noted) && noted <= now)
        {
            _endings.Dequeue();
            if (noted != entry.NotedEnding) continue; // an earlier end was noted since
            entry.NotedEnding = null;
            if (!entry.IsHeldAt(now)) return entry;
            NoteEnding(entry);
        }

        return null;
    }

    private int IndexOf(uint number)
    {
        foreach (var (first, start, count) in _ranges)
            if (number >= first && number - first < count) return start + (int)(number - first);
        return -1;
    }

    private uint NumberAt(int index)
    {
        foreach (var (first, start, count) in _ranges)
            if (index < start + count) return first + (uint)(index - start);
        throw new ArgumentOutOfRangeException(nameof(index));
    }

    private static (uint First, int Start, int Count)[] Flatten(DhcpSubnet subnet, out int size)
    {
        size = 0;
        var ranges = new List<(uint, int, int)>();
        foreach (var range in subnet.Ranges.OrderBy(r => r.FirstNumber))
        {
            var count = checked((int)(range.LastNumber - range.FirstNumber + 1));
            ranges.Add((range.FirstNumber, size, count));
            size = checked(size + count);
        }

        return [.. ranges];
    }

    // The subnet's own and broadcast address, every machine the subnet's parameters name, and what is reserved.
    private static IEnumerable<uint> Unleasable(DhcpSubnet subnet)
    {
        var network = subnet.Network.BaseAddress.ToNumber();
        IEnumerable<uint> ends = subnet.Network.PrefixLength <= 30 ? [network, network | ~IPv4.Mask(subnet.Network.PrefixLength)] : [];
        return ends
            .Concat(subnet.Routers.Concat(subnet.NameServers).Concat(subnet.TimeServers).Concat(subnet.Relays).Select(a => a.ToNumber()))
            .Concat(subnet.Reservations.Select(r => r.Address.ToNumber()));
    }

    // FNV-1a: the same in every process, and nothing depends on its quality but how evenly clients spread.
    private static uint StableHash(ReadOnlySpan<byte> octets)
    {
        var hash = 2166136261;
        foreach (var octet in octets) hash = (hash ^ octet) * 16777619;
        return hash;
    }
}
