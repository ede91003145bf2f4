namespace Maas.Core.Events;

/// <summary>The journal: what happened, in order. Events of a move are written in the move's own transaction.</summary>
public sealed class EventLog
{
    private readonly IEventStore _store;
    private readonly TimeProvider _clock;

    internal EventLog(IEventStore store, TimeProvider timeProvider)
    {
        _store = store;
        _clock = timeProvider;
    }

    /// <summary>Writes an event that moves nothing. Machines' keys in its description are left out.</summary>
    /// <param name="machine">Which machine it is about; <see langword="null"/> for none.</param>
    /// <param name="note">What happened.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<Event> WriteAsync(SystemId? machine, EventNote note, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(
            _clock.GetUtcNow(), machine, note with { Description = SecretRedaction.Apply(note.Description) }, cancellationToken);

    /// <summary>Deletes old events of machines that were deleted; how many.</summary>
    /// <param name="keep">How many are kept, the newest, and as many audit events.</param>
    /// <param name="lifetime">Older ones are deleted also when they are few; zero for no limit.</param>
    /// <param name="cancellationToken">Ends it after a batch.</param>
    internal Task<int> DeleteOfDeletedMachinesAsync(int keep, TimeSpan lifetime, CancellationToken cancellationToken) =>
        _store.DeleteOfDeletedMachinesAsync(
            keep, lifetime > TimeSpan.Zero ? _clock.GetUtcNow() - lifetime : null, cancellationToken);

    /// <summary>The events that match, the newest first.</summary>
    public Task<IReadOnlyList<Event>> QueryAsync(EventQuery query, CancellationToken cancellationToken = default) =>
        _store.QueryAsync(query, cancellationToken);
}

/// <summary>Which events to read. An empty list asks nothing; values in one list are alternatives.</summary>
public sealed record EventQuery
{
    /// <summary>Machines.</summary>
    public IReadOnlyList<SystemId> MachineIds { get; init; } = [];

    /// <summary>Host names at the time of the event.</summary>
    public IReadOnlyList<string> Hostnames { get; init; } = [];

    /// <summary>Users who did it.</summary>
    public IReadOnlyList<string> Usernames { get; init; } = [];

    /// <summary>This grave or graver; <see cref="EventLevel.Audit"/> gives audit events alone.</summary>
    public EventLevel Level { get; init; } = EventLevel.Info;

    /// <summary>Older than the event with this id.</summary>
    public long? Before { get; init; }

    /// <summary>Newer than the event with this id; then the oldest of these are given (still the newest first).</summary>
    public long? After { get; init; }

    /// <summary>
    /// User name of the reader, who reads the events of machines that they owned when the event was written, and of machines that had no
    /// owner then and have no other owner now. <see langword="null"/> for an administrator, who reads all.
    /// </summary>
    public string? VisibleTo { get; init; }

    /// <summary>At most so many, 1 to 1000.</summary>
    public int Limit { get; init; } = 100;
}
