using System.Security.Cryptography;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>Brings what a host kept on its disk together with the store, when it starts and the store answers.</summary>
internal static class LeaseReconciliation
{
    private const int LeasesPerWrite = 1024;

    /// <summary>
    /// Writes what an earlier process of the host leased without the store, and could not write. A server that leased from the snapshot is
    /// never used again: an address of its reserve may be a client's.
    /// </summary>
    /// <exception cref="IOException">The store does not answer, or a file cannot be read.</exception>
    public static async Task<LeaseRestart<TLease>> PrepareAsync<TAddress, TLease, TFormat>(
        LeaseSnapshotFile<TAddress, TLease, TFormat> file, ISharedLeaseStore<TLease> store, SharedLeaseOptions options,
        TimeProvider timeProvider, SharedLeaseLog log, CancellationToken cancellationToken)
        where TAddress : notnull
        where TLease : ILeaseRecord<TLease, TAddress>
        where TFormat : IJournalRecords<TAddress, TLease>
    {
        LeaseSnapshot<TLease>? snapshot = null;
        try
        {
            snapshot = file.Read();
        }
        catch (InvalidDataException invalid)
        {
            log.LogSnapshotNotRead(invalid.Message);
        }

        var leased = ReadJournal(file, log);
        if (snapshot is null)
        {
            file.DeleteJournal();
            return New(null);
        }

        var unwritten = new Dictionary<TAddress, (Guid Server, TLease Lease)>();
        foreach (var each in snapshot.Unwritten) unwritten[each.Lease.Key] = each;
        foreach (var lease in leased)
            unwritten[lease.Key] = (unwritten.TryGetValue(lease.Key, out var before) ? before.Server : snapshot.NextServer, lease);
        if (unwritten.Count > 0)
        {
            // The first reading sets the clock.
            await store.ReadAsync(snapshot.NextServer, long.MaxValue, cancellationToken).ConfigureAwait(false);
            var now = store.GetClock(timeProvider).GetUtcNow();
            var current = unwritten.Values.Where(each => each.Lease.State != LeaseState.Bound || each.Lease.ExpiresAt > now);
            foreach (var ofServer in current.GroupBy(each => each.Server))
                await WriteAllAsync(ofServer.Key, ofServer.Select(each => each.Lease), now).ConfigureAwait(false);
            log.LogReconciled(unwritten.Count);
        }

        file.DeleteJournal();
        return leased.Count == 0
            ? new LeaseRestart<TLease>(snapshot.NextServer, null, file.WriteAsync)
            : New((snapshot.NextServer, [.. snapshot.Entries.Where(entry => entry.Server == snapshot.NextServer)]));

        LeaseRestart<TLease> New((Guid Server, IReadOnlyList<SharedLease<TLease>> Reserve)? former) =>
            new(new Guid(RandomNumberGenerator.GetBytes(16)), former, file.WriteAsync);

        async Task WriteAllAsync(Guid server, IEnumerable<TLease> leases, DateTimeOffset now)
        {
            foreach (var part in leases.Chunk(LeasesPerWrite))
            {
                SharedLease<TLease>[] held = [.. part.Select(lease => LeaseHold.Of<TAddress, TLease>(lease, now, options.OutageTime))];
                foreach (var other in await store.WriteAsync(server, held, cancellationToken).ConfigureAwait(false))
                    log.LogNotReconciled(
                        other.Lease.Address, part.First(lease => lease.Key.Equals(other.Lease.Key)).Hardware, other.Lease.Hardware);
            }
        }
    }

    private static IReadOnlyList<TLease> ReadJournal<TAddress, TLease, TFormat>(
        LeaseSnapshotFile<TAddress, TLease, TFormat> file, SharedLeaseLog log)
        where TAddress : notnull
        where TLease : ILeaseRecord<TLease, TAddress>
        where TFormat : IJournalRecords<TAddress, TLease>
    {
        if (!File.Exists(file.JournalPath)) return [];
        try
        {
            using var journal = JournalFile<TAddress, TLease, TFormat>.Open(file.JournalPath);
            return journal.Read();
        }
        catch (InvalidDataException damaged)
        {
            // Their addresses stay the former server's until its reserve ends, which is after the leases do.
            log.LogSnapshotNotRead(damaged.Message);
            File.Move(file.JournalPath, file.JournalPath + ".damaged", overwrite: true);
            return [];
        }
    }
}
