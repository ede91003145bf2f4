using System.Net;
using BenchmarkDotNet.Attributes;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Net;

namespace HotPaths;

/// <summary>
/// What a server that shares its leases with others does to find addresses to ask the store for, in a /16 that is leased but for the last
/// hundred addresses: by the sets that are kept in order, and by a walk through the pool.
/// </summary>
[MemoryDiagnoser]
public class ReserveBenchmarks
{
    private const int Slots = 65_280, Free = 100, Largest = 256;

    private readonly DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly AddressSet _leasable = new(Slots);
    private readonly Dictionary<IPv4Address, SharedLease<Lease>> _entries = [];
    private readonly IPv4Address _first = IPAddress.Parse("10.0.1.0").ToIPv4();
    private PoolReserve _reserve = null!; // made in Setup
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        _reserve = new PoolReserve(_leasable, Slots);
        for (var slot = 0; slot < Slots - Free; slot++) Lease(slot, _now.AddSeconds(1 + (slot % 3600)));
    }

    /// <summary>The addresses to ask for.</summary>
    [Benchmark]
    public int Find() => _reserve.Find(Largest, (uint)_next++, _now, _ => false).Count;

    /// <summary>The addresses to ask for, by a walk through all.</summary>
    [Benchmark(Baseline = true)]
    public int Walk()
    {
        List<(DateTimeOffset HeldUntil, int Slot)> ended = [];
        List<int> found = [];
        var first = _leasable.Next(_next++ % Slots);
        var next = first;
        do
        {
            if (!_entries.TryGetValue(_first + next, out var entry)) found.Add(next);
            else if (entry.HeldUntil <= _now) ended.Add((entry.HeldUntil, next));
            next = _leasable.Next((next + 1) % Slots);
        }
        while (next != first && found.Count < Largest);

        found.AddRange(ended.OrderBy(each => each.HeldUntil).Take(Largest - found.Count).Select(each => each.Slot));
        return found.Count;
    }

    /// <summary>What keeping the sets costs each lease.</summary>
    [Benchmark]
    public void Note() => _reserve.Remove(_next % (Slots - Free), _now.AddSeconds(3600 + (_next++ % 3600)));

    private void Lease(int slot, DateTimeOffset heldUntil)
    {
        var lease = new Lease(_first + slot, default, LeaseState.Bound, _now, heldUntil);
        _entries[lease.IPv4] = new SharedLease<Lease>(lease, heldUntil, null);
        _reserve.Remove(slot, heldUntil);
    }
}
