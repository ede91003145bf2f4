namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// Where leases are remembered. <see cref="LeaseJournal6"/> is a file; another store goes here where there is a database anyway.
/// </summary>
public interface ILeaseStore6
{
    /// <summary>Every lease the store knows, once for each address. Asked once, before the first write.</summary>
    IAsyncEnumerable<Lease6> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes leases, no address twice. They are durable once the call has completed: clients get their reply only then.</summary>
    /// <param name="leases">One or many: all that came together while the last write was under way.</param>
    /// <param name="cancellationToken">Ends the wait; the leases may or may not have been written.</param>
    /// <exception cref="IOException">They cannot be made durable.</exception>
    ValueTask WriteAsync(IReadOnlyList<Lease6> leases, CancellationToken cancellationToken);
}
