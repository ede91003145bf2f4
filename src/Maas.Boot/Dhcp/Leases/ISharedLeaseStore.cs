using System.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// Where several servers on the same links keep their leases: a database. It has one entry for each address, and decides whose the address
/// is. <c>SharedLeaseAllocator</c> and <c>SharedLeaseAllocator6</c> use it.
/// </summary>
/// <remarks>
/// The entry of an address changes hands in three cases only: the address has no entry, or <see cref="SharedLease{TLease}.HeldUntil"/> of
/// its entry has passed by the store's clock, or a server gives an address of its own reserve to a client. Methods are called at the same
/// time.
/// </remarks>
/// <typeparam name="TLease"><c>Lease</c> (IPv4) or <c>Lease6</c>.</typeparam>
public interface ISharedLeaseStore<TLease>
{
    /// <summary>
    /// The clock that all servers share; it is set by each call. A host's clock that is not the system's is a test's, and stays.
    /// </summary>
    /// <param name="host">The host's clock.</param>
    TimeProvider GetClock(TimeProvider host);

    /// <summary>Reads what other servers changed since a position; at 0, everything.</summary>
    /// <param name="server">The server that reads.</param>
    /// <param name="after">The position that the last reading ended at. Entries may be read twice.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    ValueTask<SharedLeaseChanges<TLease>> ReadAsync(Guid server, long after, CancellationToken cancellationToken);

    /// <summary>
    /// Writes leases of clients, at most one for each address, each if the address is the client's already, is in this server's reserve, or
    /// is free. They are durable once the call has completed. After an exception each may or may not have been written.
    /// </summary>
    /// <param name="server">The server that writes.</param>
    /// <param name="leases">The leases. The memory is used again once the call has completed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The entries that stand in the way of the leases that were not written.</returns>
    ValueTask<IReadOnlyList<SharedLease<TLease>>> WriteAsync(
        Guid server, ReadOnlyMemory<SharedLease<TLease>> leases, CancellationToken cancellationToken);

    /// <summary>Keeps the server's reserve for longer, and adds addresses to it that are free.</summary>
    /// <param name="server">The server.</param>
    /// <param name="addresses">The addresses to add.</param>
    /// <param name="duration">For how long the whole reserve is the server's from now on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reserve.</returns>
    ValueTask<IReadOnlyList<SharedLease<TLease>>> ClaimAsync(
        Guid server, IReadOnlyList<IPAddress> addresses, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives back addresses of the server's reserve: they are free at once.</summary>
    /// <param name="server">The server.</param>
    /// <param name="reserve">
    /// The entries as the server has read them. One that the server has claimed again since, for longer, stays in its reserve.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask ReleaseAsync(Guid server, IReadOnlyList<SharedLease<TLease>> reserve, CancellationToken cancellationToken);

    /// <summary>Waits until another server may have changed something, or for a time.</summary>
    /// <param name="longest">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken);
}
