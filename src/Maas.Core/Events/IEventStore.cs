namespace Maas.Core.Events;

/// <summary>Stores events, and observations of clients on the network. Part of <see cref="Stores.IMaasStore"/>.</summary>
/// <remarks>
/// Of each machine's events the newest <see cref="Stores.StoreLimits.EventsPerMachine"/> are kept, and as many audit events; a store may
/// keep a hundred more. Events that are about no machine have the same limit.
/// </remarks>
public interface IEventStore
{
    /// <summary>Writes an event. Its host name, owner and operation are the machine's at this moment.</summary>
    /// <param name="at">The time of the event.</param>
    /// <param name="machine">Which machine it is about; <see langword="null"/> for none.</param>
    /// <param name="note">What happened.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The event with its id; ids ascend in the order of writing.</returns>
    Task<Event> WriteAsync(DateTimeOffset at, SystemId? machine, EventNote note, CancellationToken cancellationToken);

    /// <summary>Reads events by descending id.</summary>
    /// <param name="query">Which events.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<Event>> QueryAsync(EventQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes old events of machines that were deleted.</summary>
    /// <param name="keep">How many are kept, the newest, and as many audit events.</param>
    /// <param name="since">Older ones are deleted also when they are few; <see langword="null"/> for no limit.</param>
    /// <param name="cancellationToken">Ends it after a batch.</param>
    /// <returns>How many were deleted.</returns>
    Task<int> DeleteOfDeletedMachinesAsync(int keep, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>
    /// Writes an observation, and deletes the oldest beyond the limits. Observations of the kind <see cref="Observation.Syslog"/> are
    /// counted apart from all others.
    /// </summary>
    /// <param name="observation">What was observed.</param>
    /// <param name="perAddress">How many are kept of one address.</param>
    /// <param name="inAll">How many are kept of all addresses; a store may keep a hundred more.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task ObserveAsync(Observation observation, int perAddress, int inAll, CancellationToken cancellationToken);

    /// <summary>Reads the newest observations of addresses, the oldest of them first.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<Observation>> ObservationsAsync(
        IReadOnlyList<MacAddress> addresses, int limit, CancellationToken cancellationToken);
}
