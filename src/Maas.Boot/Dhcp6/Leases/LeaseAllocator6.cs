using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>Leases IPv6 addresses of subnets and remembers them in a store.</summary>
/// <remarks>
/// A client gets the address reserved for it; else the one it has; else the one it asks for, if free; else one whose place in
/// the range follows from its identifier. An advertised address is not held: a client that solicits, however often, takes nothing
/// by it. Safe for use from several threads.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore's wait handle is never asked for, so there is nothing to dispose.")]
public sealed partial class LeaseAllocator6 : IAddressSource6
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    // Its lease times are those of a lease whose subnet is not served.
    private static readonly Dhcp6Subnet Unserved = new() { Network = new IPNetwork(IPAddress.IPv6Any, 128) };

    private readonly ILeaseStore6? _store; // null where several servers share another one
    private readonly SteadyClock _clock;
    private readonly Lock _lock = new();
    private readonly Lock _changing = new(); // is taken before the other one
    private readonly Dictionary<UInt128, Lease6> _unserved = []; // leases of subnets that are not served, until they end
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly LeaseOptions6 _rules;
    private readonly KeyedRateLimiter _newClients, _newClientsOfRelay, _quarantines, _exhausted;
    private AddressPool6[] _pools;
    private Dictionary<UInt128, Lease6> _dirty = [];

    private LeaseAllocator6(IReadOnlyList<Dhcp6Subnet> subnets, ILeaseStore6? store, LeaseOptions6 rules, TimeProvider timeProvider)
    {
        _pools = PoolsOf(subnets);
        _store = store;
        _rules = rules;
        _newClients = new KeyedRateLimiter(rules.NewClientsPerMinute);
        _newClientsOfRelay = new KeyedRateLimiter(rules.NewClientsPerMinuteOfRelay ?? int.MaxValue);
        _quarantines = new KeyedRateLimiter(rules.QuarantinesPerMinute);
        _exhausted = new KeyedRateLimiter(limit: 0);
        _clock = new SteadyClock(timeProvider);
    }

    /// <summary>Reads the store and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="store">Where leases are remembered.</param>
    /// <param name="rules">What keeps a few clients from taking every address; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    public static async Task<LeaseAllocator6> OpenAsync(
        IReadOnlyList<Dhcp6Subnet> subnets, ILeaseStore6 store, LeaseOptions6? rules = null, TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        var addresses = new LeaseAllocator6(subnets, store, rules ?? new LeaseOptions6(), timeProvider ?? TimeProvider.System);
        await foreach (var lease in store.ReadAsync(cancellationToken).ConfigureAwait(false)) addresses.Remember(lease);
        return addresses;
    }

    /// <summary>
    /// What is known about every address that is held now, in the order of addresses: who has it, why, since when, until when.
    /// </summary>
    public IReadOnlyList<Lease6> List()
    {
        lock (_lock)
        {
            var (now, correction) = (_clock.Now, _clock.Correction);
            foreach (var pool in _pools) pool.Reclaim(now);
            return
            [
                .. _pools.SelectMany(p => p.Held)
                    .Concat(_unserved.Values)
                    .Where(l => IsHeld(l, now))
                    .OrderBy(l => l.Address.ToNumber128())
                    .Select(l => Corrected(l, correction))
            ];
        }
    }

    /// <summary>What is known about an address that is held now; <see langword="null"/> when no client has it.</summary>
    public Lease6? Find(IPAddress address)
    {
        lock (_lock)
        {
            if (address.AddressFamily != AddressFamily.InterNetworkV6) return null;
            var (number, now) = (address.ToNumber128(), _clock.Now);
            PoolOf(address)?.Reclaim(now);
            var lease = PoolOf(address)?.Find(number) ?? _unserved.GetValueOrDefault(number);
            return lease is not null && IsHeld(lease, now) ? Corrected(lease, _clock.Correction) : null;
        }
    }

    /// <summary>Whether addresses are another server's matter on all subnets.</summary>
    internal bool IsStateless
    {
        get
        {
            lock (_lock) return Array.TrueForAll(_pools, p => p.Subnet.IsStateless);
        }
    }

    /// <summary>The subnet an address lies in; <see langword="null"/> when it is not served.</summary>
    internal Dhcp6Subnet? SubnetOf(IPAddress address)
    {
        lock (_lock) return PoolOf(address)?.Subnet;
    }

    /// <summary>Answers one question; what the answer grants is durable once <see cref="CommitAsync"/> has completed after it.</summary>
    internal AssociationResult Ask(Dhcp6Subnet subnet, in AssociationRequest question)
    {
        lock (_lock) return AskLocked(subnet, question);
    }

    /// <summary>Makes everything granted so far durable. Callers that wait meanwhile find theirs written too: one sync for many.</summary>
    /// <exception cref="IOException">It cannot be made durable: the clients are not told.</exception>
    internal async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        if (_store is null) return;
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Dictionary<UInt128, Lease6> taken;
            lock (_lock)
            {
                if (_dirty.Count == 0) return;
                (taken, _dirty) = (_dirty, []);
            }

            try
            {
                var correction = _clock.Correction;
                await _store.WriteAsync([.. taken.Values.Select(l => Corrected(l, correction))], cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // Not durable: no client gets a reply, and the next commit tries again.
                lock (_lock)
                    foreach (var (address, lease) in taken) _dirty.TryAdd(address, lease);
                throw;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    bool IAddressSource6.IsStateless => IsStateless;

    Dhcp6Subnet? IAddressSource6.SubnetOf(IPAddress address) => SubnetOf(address);

    ValueTask<AssociationResult> IAddressSource6.AskAsync(Dhcp6Subnet subnet, AssociationRequest question) =>
        new(Ask(subnet, question));

    ValueTask IAddressSource6.CommitAsync(CancellationToken cancellationToken) => CommitAsync(cancellationToken);

    private AssociationResult AskLocked(Dhcp6Subnet subnet, in AssociationRequest question)
    {
        if (Array.Find(_pools, p => p.Subnet.Network == subnet.Network) is not { } pool)
            return Refuse(question, Dhcp6Status.NoAddressesAvailable, "the subnet is no longer served");
        var now = _clock.Now;
        pool.Reclaim(now);
        return Answer(pool, question, now);
    }

    // A pool may keep an address for its client for longer.
    private static bool IsHeld(Lease6 lease, DateTimeOffset now) => lease.ExpiresAt > now && lease.State != LeaseState.Released;

    // A lease that began later than now was written while the clock was ahead: it lasts as long as one could that began now.
    private void Remember(Lease6 lease)
    {
        var (now, subnet) = (_clock.Now, PoolOf(lease.Address)?.Subnet ?? Unserved);
        if (lease.Since > now + ClockTolerance)
        {
            var longest = lease.State == LeaseState.Quarantined ? subnet.QuarantineTime
                : subnet.LeaseTime > subnet.FirmwareLeaseTime ? subnet.LeaseTime
                : subnet.FirmwareLeaseTime;
            lease = lease with { Since = now, ExpiresAt = now + longest < lease.ExpiresAt ? now + longest : lease.ExpiresAt };
        }

        Adopt(lease, lease.State == LeaseState.Bound && lease.ExpiresAt - lease.Since > subnet.FirmwareLeaseTime);
    }

    // As the system's clock shows its times.
    private static Lease6 Corrected(Lease6 lease, TimeSpan correction) =>
        correction == TimeSpan.Zero ? lease : lease with { Since = lease.Since + correction, ExpiresAt = lease.ExpiresAt + correction };
}
