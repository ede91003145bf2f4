namespace Maas.Boot.Dhcp.Leases;

/// <summary>What an <see cref="ISharedLeaseStore{TLease}"/> says of one address: whose it is, and until when it stays so.</summary>
/// <param name="Lease">The lease. In a server's reserve, its client is the empty identifier.</param>
/// <param name="HeldUntil">
/// Until when the address is kept for the client or the server, by the store's clock. It is later than the end of the lease, so that a
/// server which does not reach the store may renew the lease; it never becomes earlier while the address is the same client's.
/// </param>
/// <param name="Server">The server whose reserve the address is in; <see langword="null"/> for the address of a client.</param>
/// <typeparam name="TLease"><c>Lease</c> (IPv4) or <c>Lease6</c>.</typeparam>
public readonly record struct SharedLease<TLease>(TLease Lease, DateTimeOffset HeldUntil, Guid? Server);

/// <summary>The addresses of an <see cref="ISharedLeaseStore{TLease}"/> that changed.</summary>
/// <param name="Leases">The addresses as they are now.</param>
/// <param name="Position">Where the next reading begins.</param>
/// <typeparam name="TLease"><c>Lease</c> (IPv4) or <c>Lease6</c>.</typeparam>
public sealed record SharedLeaseChanges<TLease>(IReadOnlyList<SharedLease<TLease>> Leases, long Position);
