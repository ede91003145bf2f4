using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Hosting.Leases;

/// <summary>
/// The lease journals of a data directory. Leases of version 0.1, which were kept in SQLite, are taken over at the first start.
/// </summary>
internal static class LeaseFiles
{
    /// <summary>The file with what the host knows of IPv4 leases that it shares.</summary>
    public const string Snapshot = "leases.snapshot";

    /// <summary>The file with what the host knows of IPv6 leases that it shares.</summary>
    public const string Snapshot6 = "leases6.snapshot";

    private const int LeasesPerWrite = 4096;

    /// <summary>Opens <c>leases.journal</c>.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">It is no lease journal, or its middle is damaged.</exception>
    public static async Task<LeaseJournal> OpenAsync(string directory, CancellationToken cancellationToken)
    {
        await TakeOverAsync(directory, "leases", WriteAsync).ConfigureAwait(false);
        return LeaseJournal.Open(Path.Combine(directory, "leases.journal"));

        async Task WriteAsync(string old, string journal)
        {
            var leases = SqliteLeaseFiles.Read(old);
            var store = LeaseJournal.Open(journal);
            await using var closing = store.ConfigureAwait(false);
            foreach (var part in leases.Chunk(LeasesPerWrite)) await store.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens <c>leases6.journal</c>.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">It is no journal of IPv6 leases, or its middle is damaged.</exception>
    public static async Task<LeaseJournal6> Open6Async(string directory, CancellationToken cancellationToken)
    {
        await TakeOverAsync(directory, "leases6", WriteAsync).ConfigureAwait(false);
        return LeaseJournal6.Open(Path.Combine(directory, "leases6.journal"));

        async Task WriteAsync(string old, string journal)
        {
            var leases = SqliteLeaseFiles.Read6(old);
            var store = LeaseJournal6.Open(journal);
            await using var closing = store.ConfigureAwait(false);
            foreach (var part in leases.Chunk(LeasesPerWrite)) await store.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Writes the leases of <c>leases.journal</c> to a store that several hosts share, from which they are leased from now on.
    /// </summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="store">The store. Where it has another client at an address, that one stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task MoveAsync(string directory, ISharedLeaseStore<Lease> store, CancellationToken cancellationToken) => MoveAsync(
        directory, "leases", store, () => OpenAsync(directory, cancellationToken), journal => journal.ReadAsync(cancellationToken),
        lease => lease.ExpiresAt, cancellationToken);

    /// <summary>
    /// Writes the leases of <c>leases6.journal</c> to a store that several hosts share, from which they are leased from now on.
    /// </summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="store">The store. Where it has another client at an address, that one stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task Move6Async(string directory, ISharedLeaseStore<Lease6> store, CancellationToken cancellationToken) => MoveAsync(
        directory, "leases6", store, () => Open6Async(directory, cancellationToken), journal => journal.ReadAsync(cancellationToken),
        lease => lease.ExpiresAt, cancellationToken);

    private static async Task MoveAsync<TLease, TJournal>(
        string directory, string name, ISharedLeaseStore<TLease> store, Func<Task<TJournal>> open,
        Func<TJournal, IAsyncEnumerable<TLease>> read, Func<TLease, DateTimeOffset> endOf, CancellationToken cancellationToken)
        where TJournal : IAsyncDisposable
    {
        var path = Path.Combine(directory, name + ".journal");
        if (!File.Exists(path) && !File.Exists(Path.Combine(directory, name + ".db"))) return;
        var server = Guid.CreateVersion7();
        var journal = await open().ConfigureAwait(false);
        await using (journal.ConfigureAwait(false))
        {
            List<SharedLease<TLease>> leases = [];
            await foreach (var lease in read(journal).ConfigureAwait(false))
                leases.Add(new SharedLease<TLease>(lease, endOf(lease), null));
            foreach (var part in leases.Chunk(LeasesPerWrite / 4))
                await store.WriteAsync(server, part, cancellationToken).ConfigureAwait(false);
        }

        File.Move(path, path + ".migrated", overwrite: true);
        DirectorySync.Flush(directory);
    }

    // The journal gets its name when it holds all leases, and the old file loses its name after that: a crash in between repeats nothing.
    private static async Task TakeOverAsync(string directory, string name, Func<string, string, Task> write)
    {
        var (old, journal) = (Path.Combine(directory, name + ".db"), Path.Combine(directory, name + ".journal"));
        if (!File.Exists(old)) return;
        if (!File.Exists(journal))
        {
            var unfinished = journal + ".new";
            File.Delete(unfinished);
            await write(old, unfinished).ConfigureAwait(false);
            File.Move(unfinished, journal);
            DirectorySync.Flush(directory);
        }

        File.Move(old, old + ".migrated", overwrite: true);
        DirectorySync.Flush(directory);
    }
}
