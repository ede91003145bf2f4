namespace Maas.Core.Events;

/// <summary>Where events and what was seen on the wire are kept.</summary>
internal interface IEventStore
{
    Task<Event> WriteAsync(DateTimeOffset at, SystemId? machine, EventNote note, CancellationToken cancellationToken);

    Task<IReadOnlyList<Event>> QueryAsync(EventQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes old events of machines that were deleted; how many.</summary>
    /// <param name="keep">How many are kept, the newest, and as many audit events.</param>
    /// <param name="since">Older ones are deleted also when they are few; <see langword="null"/> for no limit.</param>
    /// <param name="cancellationToken">Ends it after a batch.</param>
    Task<int> ForgetOfDeletedAsync(int keep, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>Keeps the newest <paramref name="perAddress"/> of the address and the newest <paramref name="inAll"/>.</summary>
    Task ObserveAsync(Observation observation, int perAddress, int inAll, CancellationToken cancellationToken);

    /// <summary>The newest, the oldest of them first.</summary>
    Task<IReadOnlyList<Observation>> ObservationsAsync(IReadOnlyList<MacAddress> addresses, int limit, CancellationToken cancellationToken);
}
