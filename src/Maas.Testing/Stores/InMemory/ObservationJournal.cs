using System.Collections.Immutable;
using Maas.Core;
using Maas.Core.Events;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Observations; the newest of each address and of all, with syslog lines counted apart.</summary>
internal sealed record ObservationJournal
{
    private Table<Observation> All { get; init; } = new();

    // The numbers of observations, of each address and of all.
    private ImmutableDictionary<(MacAddress Address, bool IsSyslog), ImmutableSortedSet<long>> OfAddress { get; init; } =
        ImmutableDictionary<(MacAddress, bool), ImmutableSortedSet<long>>.Empty;

    private ImmutableDictionary<bool, ImmutableSortedSet<long>> OfKind { get; init; } =
        ImmutableDictionary<bool, ImmutableSortedSet<long>>.Empty;

    public ObservationJournal Add(Observation observation, int perAddress, int inAll)
    {
        var (all, isSyslog) = (All.Add(_ => observation), IsSyslog(observation));
        var ofAddress = OfAddress.GetValueOrDefault((observation.MacAddress, isSyslog), []).Add(all.Last);
        var journal = this with
        {
            All = all,
            OfAddress = OfAddress.SetItem((observation.MacAddress, isSyslog), ofAddress),
            OfKind = OfKind.SetItem(isSyslog, OfKind.GetValueOrDefault(isSyslog, []).Add(all.Last)),
        };
        for (var excess = ofAddress.Count - perAddress; excess > 0; excess--)
            journal = journal.Remove(journal.OfAddress[(observation.MacAddress, isSyslog)].Min, isSyslog);
        while (journal.OfKind[isSyslog] is var ofKind && ofKind.Count > inAll) journal = journal.Remove(ofKind.Min, isSyslog);
        return journal;
    }

    /// <summary>The observations of addresses, the newest first.</summary>
    public IEnumerable<Observation> Newest(IReadOnlyCollection<MacAddress> addresses) => addresses.Distinct()
        .SelectMany(address => OfAddress.GetValueOrDefault((address, false), []).Concat(OfAddress.GetValueOrDefault((address, true), [])))
        .OrderDescending()
        .Select(number => All.Find(number)!); // it is in both

    public bool AnySince(IReadOnlyCollection<MacAddress> addresses, DateTimeOffset since) =>
        Newest(addresses).Any(observation => observation.At >= since);

    private ObservationJournal Remove(long number, bool isSyslog)
    {
        var key = (All.Find(number)!.MacAddress, isSyslog); // it is there
        var left = OfAddress[key].Remove(number);
        return this with
        {
            All = All.Remove(number),
            OfAddress = left.IsEmpty ? OfAddress.Remove(key) : OfAddress.SetItem(key, left),
            OfKind = OfKind.SetItem(isSyslog, OfKind[isSyslog].Remove(number)),
        };
    }

    private static bool IsSyslog(Observation observation) => observation.Kind == Observation.Syslog;
}
