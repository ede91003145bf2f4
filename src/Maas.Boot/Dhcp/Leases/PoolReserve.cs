namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// The addresses of a pool, by their places, that one of several servers may offer to new clients, and those that it may ask the store for:
/// first those of which the store has no entry, then those whose hold ended longest ago. They are found without a walk through the pool.
/// </summary>
/// <param name="leasable">The places whose addresses may be leased to any client; the pool's own set, which changes.</param>
/// <param name="slots">How many places the pool has.</param>
internal sealed class PoolReserve(AddressSet leasable, int slots)
{
    private const int Share = 8; // the part of a pool that a server keeps
    private const int RestartShare = 4; // the part of that for its next start without the store

    private readonly AddressSet _reserve = AddressSet.Empty(slots);
    private readonly AddressSet _unknown = Copy(leasable, slots); // leasable, and without an entry
    private readonly Dictionary<int, DateTimeOffset> _heldUntil = []; // of those with an entry that is not of this server's reserve
    private readonly SortedSet<(DateTimeOffset HeldUntil, int Slot)> _endings = []; // of those that are leasable

    /// <summary>Whether a place is in the reserve.</summary>
    public bool Contains(int slot) => _reserve.Contains(slot);

    /// <summary>Adds a place to the reserve.</summary>
    public void Add(int slot)
    {
        Unhold(slot);
        _reserve.Add(slot);
        _unknown.Remove(slot);
    }

    /// <summary>Takes a place out of the reserve, or notes what the store says now of one that was not in it.</summary>
    /// <param name="slot">The place.</param>
    /// <param name="heldUntil">Until when its address is another server's or a client's; <see langword="null"/> for no entry.</param>
    public void Remove(int slot, DateTimeOffset? heldUntil)
    {
        Unhold(slot);
        _reserve.Remove(slot);
        if (heldUntil is { } until) _heldUntil[slot] = until;
        Refresh(slot);
    }

    /// <summary>Notes that a place became leasable, or no longer is.</summary>
    public void Refresh(int slot)
    {
        var isCandidate = leasable.Contains(slot) && !_reserve.Contains(slot);
        if (isCandidate && !_heldUntil.ContainsKey(slot)) _unknown.Add(slot);
        else _unknown.Remove(slot);
        if (!_heldUntil.TryGetValue(slot, out var until)) return;
        if (isCandidate) _endings.Add((until, slot));
        else _endings.Remove((until, slot));
    }

    /// <summary>Whether less than half of the share is free in the reserve.</summary>
    /// <param name="largest">The largest share.</param>
    /// <param name="isKept">Whether the address of a place is kept for a client.</param>
    public bool IsLow(int largest, Func<int, bool> isKept) =>
        leasable.Count > 0 && ShareOf(largest) / 2 is var half && CountFree(isKept, half) <= half;

    /// <summary>The places to ask the store for; none while at least half of the share is free.</summary>
    /// <param name="largest">The largest share.</param>
    /// <param name="place">Where to begin; servers begin at different places.</param>
    /// <param name="now">The time.</param>
    /// <param name="isKept">Whether the address of a place is kept for a client.</param>
    public List<int> Find(int largest, uint place, DateTimeOffset now, Func<int, bool> isKept)
    {
        List<int> found = [];
        if (leasable.Count == 0) return found;
        var share = ShareOf(largest);
        var free = CountFree(isKept, share / 2);
        if (free > share / 2) return found;
        Take(found, share - free, place, now, isKept);
        return found;
    }

    /// <summary>The places to ask the store for, for the next start of the host without the store.</summary>
    /// <param name="largest">The largest share of a server.</param>
    /// <param name="present">How many there are.</param>
    /// <param name="place">Where to begin; servers begin at different places.</param>
    /// <param name="now">The time.</param>
    /// <param name="isKept">Whether the address of a place is kept for a client.</param>
    public List<int> FindForRestart(int largest, int present, uint place, DateTimeOffset now, Func<int, bool> isKept)
    {
        List<int> found = [];
        if (leasable.Count > 0) Take(found, (ShareOf(largest) / RestartShare) - present, place, now, isKept);
        return found;
    }

    private void Take(List<int> found, int wanted, uint place, DateTimeOffset now, Func<int, bool> isKept)
    {
        for (var (next, looked) = (_unknown.Next((int)(place % (uint)slots)), 0);
            found.Count < wanted && looked < _unknown.Count;
            next = _unknown.Next((next + 1) % slots), looked++)
            if (!isKept(next)) found.Add(next); // a lease that is being written has no entry yet
        foreach (var (heldUntil, slot) in _endings)
        {
            if (found.Count >= wanted || heldUntil > now) break;
            found.Add(slot);
        }
    }

    /// <summary>How many places of the reserve are free.</summary>
    /// <param name="isKept">Whether the address of a place is kept for a client.</param>
    /// <param name="enough">Looks no further after it found more than so many.</param>
    public int CountFree(Func<int, bool> isKept, int enough = int.MaxValue)
    {
        var free = 0;
        for (var (slot, looked) = (_reserve.Next(0), 0);
            looked < _reserve.Count && free <= enough;
            slot = _reserve.Next((slot + 1) % slots), looked++)
            if (leasable.Contains(slot) && !isKept(slot)) free++;
        return free;
    }

    private int ShareOf(int largest) => Math.Clamp(leasable.Count / Share, 1, largest);

    private void Unhold(int slot)
    {
        if (_heldUntil.Remove(slot, out var until)) _endings.Remove((until, slot));
    }

    private static AddressSet Copy(AddressSet set, int slots)
    {
        var copy = AddressSet.Empty(slots);
        for (var i = 0; i < slots; i++)
            if (set.Contains(i)) copy.Add(i);
        return copy;
    }
}
