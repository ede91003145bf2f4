using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>The address source of a server of its own: pools and reservations in memory, leases in a store.</summary>
/// <remarks>
/// A client gets the address reserved for it; else the one it had; else the one it asks for, if free; else one that no client
/// had; else the one whose lease ended longest ago. Safe for use from several threads.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore's wait handle is never asked for, so there is nothing to dispose.")]
public sealed partial class LeaseAllocator : IAddressSource
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private readonly KeyedRateLimiter _newClients;
    private readonly KeyedRateLimiter _newClientsOfRelay;
    private readonly KeyedRateLimiter _newClientsOfLink;
    private readonly KeyedRateLimiter _quarantines;
    private readonly KeyedRateLimiter _exhausted = new(0); // for saying so once a minute
    private readonly ILeaseStore _store;
    private readonly LeaseOptions _rules;
    private readonly SteadyClock _clock;
    private readonly Lock _lock = new();
    private readonly Lock _changing = new(); // is taken before the other one
    private readonly Dictionary<IPv4Address, LeaseBinding> _unserved = []; // leases of subnets that are not served, until they end
    private readonly SemaphoreSlim _writing = new(1, 1);
    private SubnetTable _subnets;
    private List<LeaseBinding> _dirty = [];
    private List<LeaseBinding> _written = [];
    private Lease[] _batch = new Lease[64];

    private LeaseAllocator(IReadOnlyList<DhcpSubnet> subnets, ILeaseStore store, LeaseOptions rules, TimeProvider timeProvider)
    {
        _subnets = new SubnetTable(subnets);
        _newClients = new KeyedRateLimiter(rules.NewClientsPerMinute);
        _newClientsOfRelay = new KeyedRateLimiter(rules.NewClientsPerMinuteOfRelay ?? int.MaxValue);
        _newClientsOfLink = new KeyedRateLimiter(rules.NewClientsPerMinuteOfLink ?? int.MaxValue);
        _quarantines = new KeyedRateLimiter(rules.QuarantinesPerMinute);
        _store = store;
        _rules = rules;
        _clock = new SteadyClock(timeProvider);
    }

    /// <summary>Reads the store and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="store">Where leases are remembered.</param>
    /// <param name="rules">How long offers and quarantines hold and what becomes of unknown clients; <see langword="null"/> for the
    /// defaults.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    public static async Task<LeaseAllocator> OpenAsync(
        IReadOnlyList<DhcpSubnet> subnets, ILeaseStore store, LeaseOptions? rules = null, TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        var addresses = new LeaseAllocator(subnets, store, rules ?? new LeaseOptions(), timeProvider ?? TimeProvider.System);
        await foreach (var lease in store.ReadAsync(cancellationToken).ConfigureAwait(false)) addresses.Remember(lease);
        return addresses;
    }

    /// <summary>
    /// What is known about every address that is held now, in the order of addresses: who has it, why, since when, until when.
    /// </summary>
    public IReadOnlyList<Lease> List()
    {
        var (now, correction) = (_clock.Now, _clock.Correction);
        lock (_lock)
        {
            return
            [
                .. AllBindings()
                    .Where(e => e.IsHeldAt(now))
                    .OrderBy(e => e.Address.Value)
                    .Select(e => e.ToLease(correction))
            ];
        }
    }

    /// <summary>What is known about an address, if it is held now; <see langword="null"/> otherwise.</summary>
    public Lease? Find(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork) return null;
        var (wanted, now) = (address.ToIPv4(), _clock.Now);
        lock (_lock)
        {
            var entry = _subnets.Find(wanted)?.Entries.GetValueOrDefault(wanted) ?? _unserved.GetValueOrDefault(wanted);
            return entry?.IsHeldAt(now) == true ? entry.ToLease(_clock.Correction) : null;
        }
    }

    /// <inheritdoc/>
    public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken)
    {
        lock (_lock) return new(Answer(question, _clock.Now));
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var count = TakeBatch();
            if (count == 0) return;
            try
            {
                await _store.WriteAsync(_batch.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // Not durable: no ACK is sent for them, and the next commit tries again.
                lock (_lock)
                    foreach (var entry in _written) MarkDirty(entry);
                throw;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private int TakeBatch()
    {
        lock (_lock)
        {
            (_dirty, _written) = (_written, _dirty);
            _dirty.Clear();
            if (_batch.Length < _written.Count) _batch = new Lease[_written.Count * 2];
            var correction = _clock.Correction;
            for (var i = 0; i < _written.Count; i++)
            {
                _written[i].IsDirty = false;
                _batch[i] = _written[i].ToLease(correction);
            }

            return _written.Count;
        }
    }

    private void MarkDirty(LeaseBinding entry)
    {
        if (entry.IsDirty) return;
        entry.IsDirty = true;
        _dirty.Add(entry);
    }

    private void Remember(Lease lease)
    {
        var address = lease.IPv4;
        var subnet = (_subnets.Find(address)?.PoolOf(address) ?? AddressPool.Unserved).Subnet;
        lease = WithoutFuture(lease, subnet);
        Adopt(new LeaseBinding(address, AddressPool.Unserved)
        {
            Client = lease.Client,
            Hardware = lease.Hardware,
            Relay = lease.RelayIPv4,
            State = lease.State,
            Since = lease.Since,
            ExpiresAt = lease.ExpiresAt,
            HostName = lease.HostName,
            Rule = lease.Rule,
            HasRenewed = lease.State == LeaseState.Bound
                && lease.ExpiresAt - lease.Since > (_rules.NewClientLeaseTime ?? subnet.FirmwareLeaseTime),
        });
    }

    // A lease that began later than now was written while the clock was ahead: it lasts as long as one could that began now.
    private Lease WithoutFuture(Lease lease, DhcpSubnet subnet)
    {
        var now = _clock.Now;
        if (lease.Since <= now + ClockTolerance) return lease;
        var longest = lease.State == LeaseState.Quarantined
            ? _rules.QuarantineTime
            : Longest(subnet.LongestLeaseTime, Longest(subnet.LeaseTime, subnet.FirmwareLeaseTime));
        return lease with { Since = now, ExpiresAt = now + longest < lease.ExpiresAt ? now + longest : lease.ExpiresAt };
    }

    private static TimeSpan Longest(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
