using Maas.Core;
using Maas.Core.Events;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryEventStore(InMemoryDatabase database) : IEventStore
{
    private const int LargestPage = 1000;

    public Task<Event> WriteAsync(DateTimeOffset at, SystemId? machine, EventNote note, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state =>
        {
            var known = machine is { } id ? state.Machines.GetValueOrDefault(id) : null;
            var subject = new EventSubject(machine, known?.Hostname ?? "", known?.Owner, known?.OperationId);
            var events = state.Events.Add(at, subject, note, database.Limits.EventsPerMachine, out var written);
            return (state with { Events = events }, written);
        },
        cancellationToken);

    public Task<IReadOnlyList<Event>> QueryAsync(EventQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        state =>
        {
            var matching = state.Events.Of(query.MachineIds).Where(stored => Matches(query, stored, state)).Select(stored => stored.Event);
            var limit = Math.Clamp(query.Limit, 1, LargestPage);
            // Paging forward gives the events next to the given one, the newest first nevertheless.
            var page = query.After is null ? matching.TakeLast(limit) : matching.Take(limit);
            return (IReadOnlyList<Event>)[.. page.Reverse()];
        },
        cancellationToken);

    public Task<int> DeleteOfDeletedMachinesAsync(int keep, DateTimeOffset? since, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state =>
        {
            var ofDeleted = state.Events.Events.Newest.Select(row => row.Value.Event)
                .Where(happened => happened.MachineId is { } machine && !state.Machines.ContainsKey(machine));
            var old = ofDeleted
                .GroupBy(happened => happened.Note.Level is EventLevel.Audit)
                .SelectMany(group => group.Where((happened, place) => place >= keep || happened.At < since))
                .ToList();
            return (state with { Events = state.Events.Remove(old) }, old.Count);
        },
        cancellationToken);

    public Task ObserveAsync(Observation observation, int perAddress, int inAll, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state => (state with { Observations = state.Observations.Add(observation, perAddress, inAll) }, true), cancellationToken);

    public Task<IReadOnlyList<Observation>> ObservationsAsync(
        IReadOnlyList<MacAddress> addresses, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<Observation>)[.. state.Observations.Newest(addresses).Take(limit).Reverse()], cancellationToken);

    private static bool Matches(EventQuery query, StoredEvent stored, InMemoryState state)
    {
        var happened = stored.Event;
        var level = happened.Note.Level;
        return (query.Level is EventLevel.Audit ? level is EventLevel.Audit : level >= query.Level)
            && (query.MachineIds.Count == 0 || (happened.MachineId is { } machine && query.MachineIds.Contains(machine)))
            && (query.Hostnames.Count == 0 || query.Hostnames.Contains(happened.Hostname))
            && (query.Usernames.Count == 0 || (happened.Note.Username is { } user && query.Usernames.Contains(user)))
            && (query.Before is not { } before || happened.Id < before)
            && (query.After is not { } after || happened.Id > after)
            && (query.VisibleTo is not { } reader || IsVisible(stored, reader, state));
    }

    private static bool IsVisible(StoredEvent stored, string reader, InMemoryState state) => stored.Owner is { } owner
        ? owner == reader
        : stored.Event.MachineId is not { } machine || (state.Machines.GetValueOrDefault(machine)?.Owner ?? reader) == reader;
}
