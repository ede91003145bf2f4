namespace Maas.Boot.Dhcp.Leases;

/// <summary>What a server that shares its leases prepares for its next start, at which the store may be away.</summary>
/// <param name="NextServer">The server that the host is then.</param>
/// <param name="Former">The server that it would have been now, and what is left of its reserve; it is given back.</param>
/// <param name="WriteAsync">Writes a snapshot.</param>
internal sealed record LeaseRestart<TLease>(
    Guid NextServer, (Guid Server, IReadOnlyList<SharedLease<TLease>> Reserve)? Former,
    Func<LeaseSnapshot<TLease>, CancellationToken, Task> WriteAsync);
