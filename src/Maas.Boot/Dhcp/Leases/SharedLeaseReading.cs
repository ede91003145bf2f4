using System.Security.Cryptography;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>What a server that starts has read of the store that it shares.</summary>
/// <param name="Store">The store.</param>
/// <param name="Holds">What it says of each address.</param>
/// <param name="Clock">The clock of all its servers.</param>
/// <param name="Position">Where the next reading begins.</param>
internal sealed record SharedLeaseReading<TAddress, TLease>(
    ISharedLeaseStore<TLease> Store, LeaseHolds<TAddress, TLease> Holds, TimeProvider Clock, long Position)
    where TAddress : notnull
    where TLease : ILeaseRecord<TLease, TAddress>
{
    /// <summary>Reads the store. The server is a new one, also where it has run before.</summary>
    public static async Task<SharedLeaseReading<TAddress, TLease>> ReadAsync(
        ISharedLeaseStore<TLease> store, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var suspended = new SuspendedTime(timeProvider);
        var holds = new LeaseHolds<TAddress, TLease>(new Guid(RandomNumberGenerator.GetBytes(16)), suspended);
        var changes = await store.ReadAsync(holds.Server, 0, cancellationToken).ConfigureAwait(false);
        foreach (var entry in changes.Leases) holds.Set(entry);
        return new SharedLeaseReading<TAddress, TLease>(store, holds, store.GetClock(timeProvider), changes.Position);
    }
}
