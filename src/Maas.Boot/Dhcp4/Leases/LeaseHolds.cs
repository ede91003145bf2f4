using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// What the store of several servers said last of each address, and what this server may therefore grant while it does not reach the
/// store. An entry that was seen once is right until its hold ends: the store gives the address to no other client or server before.
/// </summary>
/// <param name="server">This server.</param>
internal sealed class LeaseHolds(Guid server)
{
    /// <summary>How long before the end of a hold it is no longer relied on: clocks and messages are that late.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly Dictionary<IPv4Address, SharedLease> _entries = [];
    private volatile bool _isAlone;

    /// <summary>This server.</summary>
    public Guid Server => server;

    /// <summary>Whether the store is away, so that this server decides by itself.</summary>
    public bool IsAlone { get => _isAlone; set => _isAlone = value; }

    /// <summary>Every entry.</summary>
    public IReadOnlyCollection<SharedLease> All => _entries.Values;

    /// <summary>The addresses of this server's reserve.</summary>
    public IEnumerable<IPv4Address> Reserve => _entries.Values.Where(e => e.Server == server).Select(e => e.Lease.IPv4);

    /// <summary>Notes what the store says.</summary>
    public void Set(in SharedLease entry) => _entries[entry.Lease.IPv4] = entry;

    /// <summary>Notes that nothing is known of an address any more.</summary>
    public void Forget(IPv4Address address) => _entries.Remove(address);

    /// <summary>What the store says; <see langword="null"/> for nothing.</summary>
    public SharedLease? Find(IPv4Address address) => _entries.TryGetValue(address, out var entry) ? entry : null;

    /// <summary>Whether the address is in this server's reserve.</summary>
    public bool IsOwnReserve(IPv4Address address) => _entries.TryGetValue(address, out var entry) && entry.Server == server;

    /// <summary>
    /// Notes that a lease is about to be written. Whatever comes of it, an address of the reserve is from now on the client's alone: a peer
    /// may have read the lease and renewed it.
    /// </summary>
    public void BeginWrite(in Lease lease)
    {
        if (_entries.TryGetValue(lease.IPv4, out var entry) && entry.Server == server)
            _entries[lease.IPv4] = new SharedLease(lease, entry.HeldUntil, null);
    }

    /// <summary>Notes that a lease was written.</summary>
    public void EndWrite(in SharedLease written) =>
        _entries[written.Lease.IPv4] =
            _entries.TryGetValue(written.Lease.IPv4, out var before) && IsOf(before, written.Lease.Client.Octets)
                ? written with { HeldUntil = before.HeldUntil > written.HeldUntil ? before.HeldUntil : written.HeldUntil }
                : written;

    /// <summary>
    /// For how long this server may lease the address to the client without the store; less than nothing when it may not.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="client">The client's identifier.</param>
    /// <param name="isReserved">Whether the configuration reserves the address for the client.</param>
    /// <param name="now">The time.</param>
    public TimeSpan LongestAlone(IPv4Address address, ReadOnlySpan<byte> client, bool isReserved, DateTimeOffset now)
    {
        // Each server leases a reserved address to the same client.
        if (!_entries.TryGetValue(address, out var entry)) return isReserved ? TimeSpan.MaxValue : TimeSpan.MinValue;
        var isOwn = entry.Server == server || (IsOf(entry, client) && entry.Lease.State != LeaseState.Quarantined);
        if (isReserved && (isOwn || entry.HeldUntil + Margin <= now)) return TimeSpan.MaxValue;
        return isOwn ? entry.HeldUntil - Margin - now : TimeSpan.MinValue;
    }

    /// <summary>Whether the address may be granted now: the store is asked, or the server may do so by itself.</summary>
    public bool MayGrant(IPv4Address address, ReadOnlySpan<byte> client, bool isReserved, DateTimeOffset now) =>
        !_isAlone || LongestAlone(address, client, isReserved, now) >= LeaseTime.Shortest;

    private static bool IsOf(in SharedLease entry, ReadOnlySpan<byte> client) =>
        entry.Server is null && entry.Lease.Client.Octets.SequenceEqual(client);
}
