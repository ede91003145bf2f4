using Maas.Boot.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// What the store of several servers said last of each address, and what this server may therefore grant while it does not reach the
/// store. An entry that was seen once is right until its hold ends: the store gives the address to no other client or server before.
/// </summary>
/// <param name="server">This server.</param>
/// <param name="suspended">For how long this host stood still since it read the store.</param>
internal sealed class LeaseHolds<TAddress, TLease>(Guid server, SuspendedTime suspended)
    where TAddress : notnull
    where TLease : ILeaseRecord<TLease, TAddress>
{
    /// <summary>How long before the end of a hold it is no longer relied on: clocks and messages are that late.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly Dictionary<TAddress, SharedLease<TLease>> _entries = [];
    private readonly HashSet<TAddress> _reserve = [];
    private readonly HashSet<TAddress> _unconfirmed = []; // of the reserve, or a client's already: the store has not said that it wrote
    private volatile bool _isAlone;

    /// <summary>This server.</summary>
    public Guid Server => server;

    /// <summary>For how long this host stood still since it read the store: the store's clock is later by as long.</summary>
    public SuspendedTime Suspended => suspended;

    /// <summary>Whether the store is away, so that this server decides by itself.</summary>
    public bool IsAlone { get => _isAlone; set => _isAlone = value; }

    /// <summary>Every entry.</summary>
    public IReadOnlyCollection<SharedLease<TLease>> All => _entries.Values;

    /// <summary>The addresses of this server's reserve.</summary>
    public IReadOnlyCollection<TAddress> Reserve => _reserve;

    /// <summary>Notes what the store says.</summary>
    public void Set(in SharedLease<TLease> entry)
    {
        _entries[entry.Lease.Key] = entry;
        _unconfirmed.Remove(entry.Lease.Key);
        if (entry.Server == server) _reserve.Add(entry.Lease.Key);
        else _reserve.Remove(entry.Lease.Key);
    }

    /// <summary>Notes that nothing is known of an address any more.</summary>
    public void Forget(TAddress address)
    {
        _entries.Remove(address);
        _unconfirmed.Remove(address);
        _reserve.Remove(address);
    }

    /// <summary>What the store says; <see langword="null"/> for nothing.</summary>
    public SharedLease<TLease>? Find(TAddress address) => _entries.TryGetValue(address, out var entry) ? entry : null;

    /// <summary>
    /// Notes that a lease is about to be written. Whatever comes of it, an address of the reserve is from now on the client's alone: a peer
    /// may have read the lease and renewed it. The store then holds it as the lease says, and no longer for the reserve: until it is known
    /// whether it was written, the earlier of both ends is relied on.
    /// </summary>
    public void BeginWrite(in SharedLease<TLease> written)
    {
        var address = written.Lease.Key;
        if (!_entries.TryGetValue(address, out var entry)) return;
        var isUnconfirmed = _unconfirmed.Contains(address) && entry.Lease.IsOfSameClient(written.Lease);
        if (entry.Server != server && !isUnconfirmed) return;
        var heldUntil = entry.HeldUntil < written.HeldUntil ? entry.HeldUntil : written.HeldUntil;
        Set(new SharedLease<TLease>(isUnconfirmed ? entry.Lease : written.Lease, heldUntil, null));
        _unconfirmed.Add(address);
    }

    /// <summary>Notes that a lease was written.</summary>
    public void EndWrite(in SharedLease<TLease> written) =>
        Set(_entries.TryGetValue(written.Lease.Key, out var before) && before.Server is null && before.Lease.IsOfSameClient(written.Lease)
            && !_unconfirmed.Contains(written.Lease.Key)
            ? written with { HeldUntil = before.HeldUntil > written.HeldUntil ? before.HeldUntil : written.HeldUntil }
            : written);

    /// <summary>
    /// For how long this server may lease an address to a client without the store; less than nothing when it may not.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="isOf">Whether the lease that the store has of the address is of the client.</param>
    /// <param name="isReserved">Whether the configuration reserves the address for the client.</param>
    /// <param name="now">The time.</param>
    public TimeSpan LongestAlone(TAddress address, bool isOf, bool isReserved, DateTimeOffset now)
    {
        // Each server leases a reserved address to the same client.
        if (!_entries.TryGetValue(address, out var entry)) return isReserved ? TimeSpan.MaxValue : TimeSpan.MinValue;
        var isOwn = entry.Server == server || (entry.Server is null && isOf && entry.Lease.State != LeaseState.Quarantined);
        if (isReserved && (isOwn || entry.HeldUntil + Margin <= now)) return TimeSpan.MaxValue;
        return isOwn ? entry.HeldUntil - Margin - now - suspended.Value : TimeSpan.MinValue;
    }
}
