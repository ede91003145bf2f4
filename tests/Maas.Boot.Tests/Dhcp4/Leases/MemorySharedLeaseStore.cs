using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>A database of leases in memory. Each server reaches it by a connection of its own, which can be cut.</summary>
internal sealed class MemorySharedLeaseStore(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (SharedLease Entry, Guid Writer, long Change)> _entries = [];
    private long _changes;

    public IReadOnlyDictionary<IPAddress, SharedLease> Entries
    {
        get
        {
            lock (_lock) return _entries.ToDictionary(entry => entry.Key, entry => entry.Value.Entry);
        }
    }

    public Connection Connect() => new(this);

    private void Set(IPAddress address, SharedLease entry, Guid writer) => _entries[address] = (entry, writer, ++_changes);

    private SharedLease? Write(Guid server, SharedLease lease)
    {
        var address = lease.Lease.Address;
        if (_entries.TryGetValue(address, out var before))
        {
            var entry = before.Entry;
            var isOwn = entry.Server is null && entry.Lease.Client == lease.Lease.Client;
            if (entry.Server != server && entry.HeldUntil >= time.GetUtcNow()
                && !(isOwn && entry.Lease.State != LeaseState.Quarantined)) return entry;
            if (isOwn && entry.HeldUntil > lease.HeldUntil) lease = lease with { HeldUntil = entry.HeldUntil };
        }

        Set(address, lease, server);
        return null;
    }

    /// <summary>A server's connection.</summary>
    internal sealed class Connection(MemorySharedLeaseStore store) : ISharedLeaseStore
    {
        private TaskCompletionSource? _paused;

        /// <summary>Whether it is cut.</summary>
        public bool IsCut { get; set; }

        /// <summary>Whether the outcome of the next write is lost: it is written, and the server does not learn it.</summary>
        public bool LosesOutcome { get; set; }

        public int Writes { get; private set; }

        /// <summary>Lets writes wait.</summary>
        public void Pause() => _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends <see cref="Pause"/>.</summary>
        public void Continue() => _paused?.SetResult();

        public TimeProvider GetClock(TimeProvider host) => host;

        public ValueTask<SharedLeaseChanges> ReadAsync(Guid server, long after, CancellationToken cancellationToken) => Run(() =>
            new SharedLeaseChanges(
                [.. store._entries.Values.Where(e => e.Change > after && (after == 0 || e.Writer != server)).Select(e => e.Entry)],
                store._changes));

        public async ValueTask<IReadOnlyList<SharedLease>> WriteAsync(
            Guid server, ReadOnlyMemory<SharedLease> leases, CancellationToken cancellationToken)
        {
            if (_paused is { } paused) await paused.Task;
            var conflicts = await Run<IReadOnlyList<SharedLease>>(() =>
            {
                Writes++;
                List<SharedLease> found = [];
                foreach (var lease in leases.ToArray())
                    if (store.Write(server, lease) is { } other) found.Add(other);
                return found;
            });
            if (LosesOutcome) throw new IOException("the connection was lost");
            return conflicts;
        }

        public ValueTask<IReadOnlyList<SharedLease>> ClaimAsync(
            Guid server, IReadOnlyList<IPAddress> addresses, TimeSpan duration, CancellationToken cancellationToken) =>
            Run<IReadOnlyList<SharedLease>>(() =>
            {
                var now = store.Time.GetUtcNow();
                foreach (var address in addresses)
                {
                    if (store._entries.TryGetValue(address, out var before) && before.Entry.HeldUntil >= now) continue;
                    var none = new Lease { Address = address, Client = default, State = LeaseState.Released, Since = now, ExpiresAt = now };
                    store.Set(address, new SharedLease(none, now, server), server);
                }

                foreach (var (address, (entry, _, _)) in store._entries.ToList())
                    if (entry.Server == server) store.Set(address, entry with { HeldUntil = now + duration }, server);
                return [.. store._entries.Values.Where(each => each.Entry.Server == server).Select(each => each.Entry)];
            });

        public async ValueTask ReleaseAsync(Guid server, CancellationToken cancellationToken) => await Run(() =>
        {
            foreach (var (address, (entry, _, _)) in store._entries.ToList())
                if (entry.Server == server) store.Set(address, entry with { Server = null, HeldUntil = default }, server);
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
}
