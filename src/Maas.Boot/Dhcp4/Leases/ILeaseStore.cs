namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// Where leases are remembered. <see cref="LeaseJournal"/> is a file; another store goes here where there is a database anyway.
/// </summary>
public interface ILeaseStore
{
    /// <summary>Every lease the store knows, once for each address. Asked once, before the first write.</summary>
    IAsyncEnumerable<Lease> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes leases, in this order; the last one of an address counts. They are durable once the call has completed: clients get their ACK
    /// only then.
    /// </summary>
    /// <param name="leases">One or many: all that came together while the last write was under way. The memory is used again once the call
    /// has completed.</param>
    /// <param name="cancellationToken">Ends the wait; the leases may or may not have been written.</param>
    /// <exception cref="IOException">They cannot be made durable.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken);
}
