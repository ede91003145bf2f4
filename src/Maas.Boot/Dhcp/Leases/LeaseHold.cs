namespace Maas.Boot.Dhcp.Leases;

/// <summary>Until when the store of several servers keeps an address for the client of a lease.</summary>
internal static class LeaseHold
{
    /// <summary>A lease as it is written to the store.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="now">The store's time.</param>
    /// <param name="outageTime">The longest time beyond the end of the lease.</param>
    /// <remarks>The longer a lease is kept, the longer can a server that does not reach the store renew it.</remarks>
    public static SharedLease<TLease> Of<TAddress, TLease>(in TLease lease, DateTimeOffset now, TimeSpan outageTime)
        where TLease : ILeaseRecord<TLease, TAddress>
    {
        var rest = lease.ExpiresAt - now;
        return new SharedLease<TLease>(
            lease,
            lease.State switch
            {
                LeaseState.Bound => lease.ExpiresAt + (rest < outageTime ? rest : outageTime),
                LeaseState.Quarantined => lease.ExpiresAt,
                _ => now,
            },
            null);
    }
}
