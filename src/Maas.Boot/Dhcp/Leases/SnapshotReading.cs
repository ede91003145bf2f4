using Maas.Boot.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>What a server that starts without the store knows of it.</summary>
/// <param name="Holds">What the store said of each address.</param>
/// <param name="Clock">The clock of all its servers.</param>
/// <param name="WrittenAt">When the host wrote that, by that clock.</param>
/// <param name="Journal">Where leases are written that are granted from now on.</param>
internal sealed record SnapshotReading<TAddress, TLease, TFormat>(
    LeaseHolds<TAddress, TLease> Holds, TimeProvider Clock, DateTimeOffset WrittenAt, JournalFile<TAddress, TLease, TFormat> Journal)
    where TAddress : notnull
    where TLease : ILeaseRecord<TLease, TAddress>
    where TFormat : IJournalRecords<TAddress, TLease>
{
    /// <summary>An older snapshot is not used: reservations may have changed since.</summary>
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(7);

    /// <summary>Reads the file.</summary>
    /// <returns>What is known; <see langword="null"/> when there is no file.</returns>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, is of a newer program, or is too old, or the host's clock is wrong.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read, or another process uses it.</exception>
    public static SnapshotReading<TAddress, TLease, TFormat>? Read(
        LeaseSnapshotFile<TAddress, TLease, TFormat> file, TimeProvider timeProvider)
    {
        var suspended = new SuspendedTime(timeProvider);
        if (file.Read() is not { } snapshot) return null;
        if (HostMoment.Read(timeProvider).Since(snapshot.Written) is not { } age)
            throw new InvalidDataException(
                $"The clock of this host is before {snapshot.Written.Time:O}, when it wrote the snapshot of leases: it is wrong.");
        if (age > LongestAge) throw new InvalidDataException($"The snapshot of leases is from {snapshot.Written.Time:O} and too old.");
        var holds = new LeaseHolds<TAddress, TLease>(snapshot.NextServer, suspended) { IsAlone = true };
        foreach (var entry in snapshot.Entries) holds.Set(entry);
        foreach (var (server, lease) in snapshot.Unwritten) Grant(holds, server, lease);
        var journal = JournalFile<TAddress, TLease, TFormat>.Open(file.JournalPath);
        foreach (var lease in journal.Read()) Grant(holds, snapshot.NextServer, lease);
        return new SnapshotReading<TAddress, TLease, TFormat>(
            holds, new ContinuedClock(timeProvider, snapshot.StoreTime + age), snapshot.StoreTime, journal);
    }

    // An address of a reserve that was granted to a client is the client's, for as long as the store keeps it for that reserve.
    private static void Grant(LeaseHolds<TAddress, TLease> holds, Guid server, TLease lease)
    {
        var entry = holds.Find(lease.Key);
        if (entry is { } known && known.Server != server && !(known.Server is null && known.Lease.IsOfSameClient(lease))) return;
        holds.Set(new SharedLease<TLease>(lease, entry?.HeldUntil ?? lease.ExpiresAt, null));
    }
}
