using System.Collections.Immutable;
using Maas.Core;
using Maas.Core.Events;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Events; of each machine the newest, and its audit events counted apart.</summary>
internal sealed record EventJournal
{
    private ImmutableDictionary<(SystemId? Machine, bool IsAudit), ImmutableSortedSet<long>> OfMachine { get; init; } =
        ImmutableDictionary<(SystemId?, bool), ImmutableSortedSet<long>>.Empty;

    public Table<StoredEvent> Events { get; private init; } = new();

    /// <summary>Appends an event, and deletes the machine's oldest beyond the limit.</summary>
    public EventJournal Add(DateTimeOffset at, EventSubject subject, EventNote note, int keep, out Event written)
    {
        Event? added = null;
        var events = Events.Add(id =>
        {
            added = new Event(id, at, subject.Machine, subject.Hostname, subject.OperationId, note);
            return new StoredEvent(added, subject.Owner);
        });
        written = added!; // Add called the function
        var key = KeyOf(written);
        var ids = OfMachine.GetValueOrDefault(key, ImmutableSortedSet<long>.Empty).Add(written.Id);
        while (ids.Count > keep)
        {
            events = events.Remove(ids.Min);
            ids = ids.Remove(ids.Min);
        }

        return this with { Events = events, OfMachine = OfMachine.SetItem(key, ids) };
    }

    /// <summary>The events of machines in their order; of none, all events.</summary>
    public IEnumerable<StoredEvent> Of(IReadOnlyCollection<SystemId> machines) => machines.Count == 0
        ? Events.Values
        : machines.Distinct()
            .SelectMany(machine => OfMachine.GetValueOrDefault((machine, false), [])
                .Concat(OfMachine.GetValueOrDefault((machine, true), [])))
            .Order()
            .Select(id => Events.Find(id)!); // it is in both

    public EventJournal Remove(IReadOnlyCollection<Event> events)
    {
        var ofMachine = OfMachine;
        foreach (var group in events.GroupBy(KeyOf))
        {
            var left = ofMachine[group.Key].Except(group.Select(happened => happened.Id));
            ofMachine = left.IsEmpty ? ofMachine.Remove(group.Key) : ofMachine.SetItem(group.Key, left);
        }

        return this with { Events = Events.Remove(events.Select(happened => happened.Id)), OfMachine = ofMachine };
    }

    private static (SystemId? Machine, bool IsAudit) KeyOf(Event happened) =>
        (happened.MachineId, happened.Note.Level is EventLevel.Audit);
}

/// <summary>An event, and the owner of its machine when it was written.</summary>
internal sealed record StoredEvent(Event Event, string? Owner);

/// <summary>The machine that an event is about, at the time of the event.</summary>
internal readonly record struct EventSubject(SystemId? Machine, string Hostname, string? Owner, Guid? OperationId);
