using Maas.Boot.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// What a server keeps on its own disk of the store that it shares, so that it leases while the store is away when it starts again.
/// </summary>
/// <param name="Written">When it was written.</param>
/// <param name="StoreTime">The store's time then.</param>
/// <param name="NextServer">
/// The server that the host is when it starts from the snapshot. Its reserve is among the entries; nothing else leases it.
/// </param>
/// <param name="Entries">What the store says of each address that is held.</param>
/// <param name="Unwritten">Leases that were granted without the store, and the server that granted each.</param>
internal sealed record LeaseSnapshot<TLease>(
    HostMoment Written, DateTimeOffset StoreTime, Guid NextServer, IReadOnlyList<SharedLease<TLease>> Entries,
    IReadOnlyList<(Guid Server, TLease Lease)> Unwritten);
