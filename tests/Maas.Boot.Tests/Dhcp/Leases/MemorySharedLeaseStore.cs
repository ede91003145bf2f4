using System.Collections.Concurrent;
using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Boot.Tests.Dhcp.Leases;

/// <summary>Databases of leases in memory.</summary>
internal static class MemorySharedLeaseStore
{
    /// <summary>One of IPv4 leases.</summary>
    public static MemorySharedLeaseStore<Lease> Create(TimeProvider time) => new(
        time, lease => (lease.Address, lease.State), (one, other) => one.Client == other.Client,
        (address, now) => new Lease { Address = address, Client = default, State = LeaseState.Released, Since = now, ExpiresAt = now });

    /// <summary>One of IPv6 leases.</summary>
    public static MemorySharedLeaseStore<Lease6> Create6(TimeProvider time) => new(
        time, lease => (lease.Address, lease.State),
        (one, other) => one.Client == other.Client && one.AssociationId == other.AssociationId,
        (address, now) => new Lease6
        {
            Address = address, Client = default, AssociationId = 0, State = LeaseState.Released, Since = now, ExpiresAt = now,
        });
}

/// <summary>A database of leases in memory. Each server reaches it by a connection of its own, which can be cut.</summary>
/// <param name="time">Its clock.</param>
/// <param name="describe">The address and the state of a lease.</param>
/// <param name="areOfOneClient">Whether two leases are of one client.</param>
/// <param name="none">What it says of an address of a reserve.</param>
internal sealed class MemorySharedLeaseStore<TLease>(
    TimeProvider time, Func<TLease, (IPAddress Address, LeaseState State)> describe, Func<TLease, TLease, bool> areOfOneClient,
    Func<IPAddress, DateTimeOffset, TLease> none)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (SharedLease<TLease> Entry, Guid Writer, long Change)> _entries = [];
    private long _changes;

    public IReadOnlyDictionary<IPAddress, SharedLease<TLease>> Entries
    {
        get
        {
            lock (_lock) return _entries.ToDictionary(entry => entry.Key, entry => entry.Value.Entry);
        }
    }

    public Connection Connect(SuspendableTime? host = null) => new(this) { Clock = host?.CreateReadClock() };

    private void Set(IPAddress address, SharedLease<TLease> entry, Guid writer) => _entries[address] = (entry, writer, ++_changes);

    private SharedLease<TLease>? Write(Guid server, SharedLease<TLease> lease)
    {
        var address = describe(lease.Lease).Address;
        if (_entries.TryGetValue(address, out var before))
        {
            var entry = before.Entry;
            var isOwn = entry.Server is null && areOfOneClient(entry.Lease, lease.Lease);
            if (entry.Server != server && entry.HeldUntil >= time.GetUtcNow()
                && !(isOwn && describe(entry.Lease).State != LeaseState.Quarantined)) return entry;
            if (isOwn && entry.HeldUntil > lease.HeldUntil) lease = lease with { HeldUntil = entry.HeldUntil };
        }

        Set(address, lease, server);
        return null;
    }

    /// <summary>A server's connection.</summary>
    internal sealed class Connection(MemorySharedLeaseStore<TLease> store) : ISharedLeaseStore<TLease>
    {
        private TaskCompletionSource? _paused;

        /// <summary>Whether it is cut.</summary>
        public bool IsCut { get; set; }

        /// <summary>Whether the outcome of the next write is lost: it is written, and the server does not learn it.</summary>
        public bool LosesOutcome { get; set; }

        /// <summary>Runs after a reading, before its answer arrives.</summary>
        public Func<Task>? AfterReading { get; set; }

        /// <summary>The addresses that were given back.</summary>
        public ConcurrentQueue<IPAddress> Released { get; } = [];

        public int Writes { get; private set; }

        /// <summary>Lets writes wait.</summary>
        public void Pause() => _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends <see cref="Pause"/>.</summary>
        public void Continue() => _paused?.SetResult();

        /// <summary>The database's clock as the server has read it last; null for one that is always right.</summary>
        public SuspendableTime.ReadClock? Clock { get; init; }

        public TimeProvider GetClock(TimeProvider host) => (TimeProvider?)Clock ?? host;

        public async ValueTask<SharedLeaseChanges<TLease>> ReadAsync(Guid server, long after, CancellationToken cancellationToken)
        {
            var changes = await Run(() => new SharedLeaseChanges<TLease>(
                [.. store._entries.Values.Where(e => e.Change > after && (after == 0 || e.Writer != server)).Select(e => e.Entry)],
                store._changes));
            Clock?.Read();
            if (AfterReading is { } then) await then();
            return changes;
        }

        public async ValueTask<IReadOnlyList<SharedLease<TLease>>> WriteAsync(
            Guid server, ReadOnlyMemory<SharedLease<TLease>> leases, CancellationToken cancellationToken)
        {
            if (_paused is { } paused) await paused.Task;
            var conflicts = await Run<IReadOnlyList<SharedLease<TLease>>>(() =>
            {
                Writes++;
                List<SharedLease<TLease>> found = [];
                foreach (var lease in leases.ToArray())
                    if (store.Write(server, lease) is { } other) found.Add(other);
                return found;
            });
            if (LosesOutcome) throw new IOException("the connection was lost");
            return conflicts;
        }

        public ValueTask<IReadOnlyList<SharedLease<TLease>>> ClaimAsync(
            Guid server, IReadOnlyList<IPAddress> addresses, TimeSpan duration, CancellationToken cancellationToken) =>
            Run<IReadOnlyList<SharedLease<TLease>>>(() =>
            {
                var now = store.Time.GetUtcNow();
                foreach (var address in addresses)
                {
                    if (store._entries.TryGetValue(address, out var before) && before.Entry.HeldUntil >= now) continue;
                    store.Set(address, new SharedLease<TLease>(store.None(address, now), now, server), server);
                }

                foreach (var (address, (entry, _, _)) in store._entries.ToList())
                    if (entry.Server == server) store.Set(address, entry with { HeldUntil = now + duration }, server);
                return [.. store._entries.Values.Where(each => each.Entry.Server == server).Select(each => each.Entry)];
            });

        public async ValueTask ReleaseAsync(
            Guid server, IReadOnlyList<SharedLease<TLease>> reserve, CancellationToken cancellationToken) => await Run(() =>
        {
            foreach (var given in reserve) Released.Enqueue(store.AddressOf(given.Lease));
            foreach (var given in reserve)
                if (store._entries.TryGetValue(store.AddressOf(given.Lease), out var before) && before.Entry.Server == server
                    && before.Entry.HeldUntil <= given.HeldUntil)
                    store.Set(
                        store.AddressOf(given.Lease), before.Entry with { Server = null, HeldUntil = DateTimeOffset.UnixEpoch }, server);
            return true;
        });

        public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.InfiniteTimeSpan, store.Time, cancellationToken);

        private ValueTask<T> Run<T>(Func<T> work)
        {
            if (IsCut) throw new IOException("the database is away");
            lock (store._lock) return new ValueTask<T>(work());
        }
    }

    private TimeProvider Time => time;

    private IPAddress AddressOf(TLease lease) => describe(lease).Address;

    private TLease None(IPAddress address, DateTimeOffset now) => none(address, now);
}
