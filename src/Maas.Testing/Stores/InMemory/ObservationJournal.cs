using System.Collections.Immutable;
using Maas.Core;
using Maas.Core.Events;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Observations; the newest of each address and of all, with syslog lines counted apart.</summary>
internal sealed record ObservationJournal
{
    private Table<Observation> All { get; init; } = new();

    public ObservationJournal Add(Observation observation, int perAddress, int inAll)
    {
        var all = All.Add(_ => observation);
        var ofKind = all.Newest.Where(row => IsSyslog(row.Value) == IsSyslog(observation)).ToList();
        var tooMany = ofKind.Where(row => row.Value.MacAddress == observation.MacAddress).Skip(perAddress)
            .Concat(ofKind.Skip(inAll));
        return new ObservationJournal { All = all.Remove(tooMany.Select(row => row.Key).ToHashSet()) };
    }

    /// <summary>The observations of addresses, the newest first.</summary>
    public IEnumerable<Observation> Newest(IReadOnlyCollection<MacAddress> addresses)
    {
        var wanted = addresses.ToImmutableHashSet();
        return All.Newest.Select(row => row.Value).Where(observation => wanted.Contains(observation.MacAddress));
    }

    public bool AnySince(IReadOnlyCollection<MacAddress> addresses, DateTimeOffset since) =>
        Newest(addresses).Any(observation => observation.At >= since);

    private static bool IsSyslog(Observation observation) => observation.Kind == Observation.Syslog;
}
