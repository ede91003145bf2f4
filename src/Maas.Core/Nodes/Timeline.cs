using Maas.Core.Events;

namespace Maas.Core.Nodes;

/// <summary>
/// The story of a machine: its events and what was seen of it on the wire, in order of time. Evidence never moves a machine;
/// it is unauthenticated and therefore bounded, 500 entries an address and 50,000 in all; and as many of what machines say themselves
/// (<c>syslog</c>),
/// so that one machine cannot displace the others' entries.
/// </summary>
public sealed class Timeline
{
    private const int MostAnAddress = 500;
    private const int MostInAll = 50_000;
    private const int LongestText = 500;
    private const int MostNewEvents = 1000;
    private readonly IEventStore _store;
    private readonly Machines _machines;

    internal Timeline(IEventStore store, Machines machines)
    {
        _store = store;
        _machines = machines;
    }

    /// <summary>Writes down what was seen on the wire. Machines' keys in it are left out.</summary>
    public Task ObserveAsync(Observation observation, CancellationToken cancellationToken = default) =>
        _store.ObserveAsync(
            observation with { Text = LogText.From(SecretRedaction.Apply(observation.Text), LongestText) }, MostAnAddress, MostInAll,
            cancellationToken);

    /// <summary>The newest entries about a machine, the oldest of them first.</summary>
    /// <param name="machine">Which machine.</param>
    /// <param name="limit">At most so many, 1 to 5000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<TimelineEntry>> ReadAsync(SystemId machine, int limit = 1000, CancellationToken cancellationToken =
        default)
    {
        limit = Math.Clamp(limit, 1, 5000);
        var events = new List<Event>();
        while (events.Count < limit)
        {
            var page = await _store.QueryAsync(new EventQuery
            {
                MachineIds = [machine],
                Level = EventLevel.Debug,
                Limit = Math.Min(limit - events.Count, 1000),
                Before = events.Count == 0 ? null : events[^1].Id,
            }, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0) break;
            events.AddRange(page);
        }

        var addresses = (await _machines.GetAsync(machine, cancellationToken).ConfigureAwait(false))?.MacAddresses ?? [];
        var seen = await _store.ObservationsAsync(addresses, limit, cancellationToken).ConfigureAwait(false);
        events.Reverse();
        return
        [
            .. events.Select(happened => (TimelineEntry)new TimelineEntry.EventEntry(happened))
                .Concat(seen.Select(observation => new TimelineEntry.ObservationEntry(observation)))
                .OrderBy(entry => entry.At)
                .TakeLast(limit),
        ];
    }

    /// <summary>
    /// Where a machine's story ends, which is compared with an earlier end to see whether anything was added. It reads no more than the new
    /// events and one observation.
    /// </summary>
    /// <param name="machine">Which machine.</param>
    /// <param name="known">An earlier end of the same machine; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TimelineEnd> FindEndAsync(Machine machine, TimelineEnd? known = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var events = await _store.QueryAsync(new EventQuery
        {
            MachineIds = [machine.Id],
            Level = EventLevel.Debug,
            After = known?.LastEvent,
            Limit = known is null ? 1 : MostNewEvents,
        }, cancellationToken).ConfigureAwait(false);
        var seen = await _store.ObservationsAsync(machine.MacAddresses, 1, cancellationToken).ConfigureAwait(false);
        return new TimelineEnd(events is [var newest, ..] ? newest.Id : known?.LastEvent ?? 0, seen is [.., var last] ? last : null);
    }

    /// <summary>What was seen of an address that no machine has, the oldest first.</summary>
    /// <param name="address">The address.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Observation>> ObservationsAsync(MacAddress address, int limit = 500, CancellationToken cancellationToken =
        default) =>
        _store.ObservationsAsync([address], Math.Clamp(limit, 1, 2 * MostAnAddress), cancellationToken);
}

/// <summary>The newest entries of a machine's story.</summary>
/// <param name="LastEvent">The id of its newest event, audit events excluded; 0 for none.</param>
/// <param name="LastObservation">What was seen of it last; <see langword="null"/> for nothing.</param>
public sealed record TimelineEnd(long LastEvent, Observation? LastObservation);

/// <summary>A line of a machine's story.</summary>
/// <param name="At">When.</param>
public abstract record TimelineEntry(DateTimeOffset At)
{
    /// <summary>An event.</summary>
    /// <param name="Event">Which.</param>
    public sealed record EventEntry(Event Event) : TimelineEntry(Event.At);

    /// <summary>Something seen on the wire.</summary>
    /// <param name="Observation">What.</param>
    public sealed record ObservationEntry(Observation Observation) : TimelineEntry(Observation.At);
}
