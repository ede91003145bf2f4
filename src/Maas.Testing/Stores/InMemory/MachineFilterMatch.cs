using System.Globalization;
using Maas.Core.Nodes;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Evaluates a filter on a machine, except the limit.</summary>
internal static class MachineFilterMatch
{
    /// <summary>The filter as a function. Records are read once for all machines.</summary>
    public static Func<Machine, bool> On(MachineFilter filter, RecordTables records)
    {
        var conditions = filter.Records.Select(condition => CandidateFilterMatch.Of(condition, records)).ToList();
        List<string> words = [.. filter.Search.Select(word => word.ToLowerInvariant())];
        List<string> notWords = [.. filter.NotSearch.Where(word => word.Length > 0).Select(word => word.ToLowerInvariant())];
        return machine => filter.Matches(machine) && HasWords(machine, words) && HasNone(machine, notWords)
            && conditions.TrueForAll(holds => holds(machine.Id.ToString()));
    }

    /// <summary>The machines of a filter, in its order.</summary>
    public static IEnumerable<Machine> Select(this MachineFilter filter, IEnumerable<Machine> machines, RecordTables records)
    {
        var found = machines.Where(On(filter, records));
        var ordered = (filter.AfterHostname, filter.IsDescending) switch
        {
            (null, false) => found.OrderBy(machine => machine.Number),
            (null, true) => found.OrderByDescending(machine => machine.Number),
            (_, false) => found.OrderBy(machine => machine.Hostname, StoreRules.TextOrder),
            (_, true) => found.OrderByDescending(machine => machine.Hostname, StoreRules.TextOrder),
        };
        return ordered.Skip(filter.Offset).Take(filter.Limit ?? int.MaxValue);
    }

    /// <summary>Counts machines by what they have in common.</summary>
    public static MachineCount Count(IReadOnlyList<Machine> machines, MachineGrouping grouping)
    {
        Func<Machine, IEnumerable<string?>>? valuesOf = grouping switch
        {
            MachineGrouping.Status => machine => [machine.Status.ToString()],
            MachineGrouping.Zone => machine => [machine.ZoneId.ToString(CultureInfo.InvariantCulture)],
            MachineGrouping.Pool => machine => [machine.PoolId.ToString(CultureInfo.InvariantCulture)],
            MachineGrouping.Owner => machine => [machine.Owner],
            MachineGrouping.Tag => machine => machine.Tags.Count == 0 ? (IEnumerable<string?>)[null] : machine.Tags,
            _ => null,
        };
        if (valuesOf is null) return new MachineCount(machines.Count, []);
        return new MachineCount(
            machines.Count,
            [.. machines.SelectMany(valuesOf).GroupBy(value => value).Select(group => new MachineGroup(group.Key, group.Count()))]);
    }

    private static bool Matches(this MachineFilter filter, Machine machine) =>
        (filter.AfterNumber == 0 || Follows(filter, machine.Number.CompareTo(filter.AfterNumber)))
        && (filter.AfterHostname is not { Length: > 0 } hostname
            || Follows(filter, StoreRules.TextOrder.Compare(machine.Hostname, hostname)))
        && (filter.VisibleTo is null || machine.Owner is null || machine.Owner == filter.VisibleTo)
        && IsAny(filter.Ids, machine.Id)
        && IsAny(filter.Statuses, machine.Status)
        && IsAny(filter.PowerStates, machine.PowerState)
        && IsAny(filter.Owners, machine.Owner)
        && (machine.Owner is null || !filter.NotOwners.Contains(machine.Owner))
        && (filter.HasOwner is not { } hasOwner || hasOwner == (machine.Owner is not null))
        && IsAny(filter.AllocatedByTokens, machine.AllocatedByToken)
        && IsAny(filter.AgentNames, machine.AgentName)
        && IsAny(filter.Domains, machine.Domain)
        && IsAny(filter.Zones, machine.ZoneId)
        && !filter.NotZones.Contains(machine.ZoneId)
        && IsAny(filter.Pools, machine.PoolId)
        && !filter.NotPools.Contains(machine.PoolId)
        && HasName(filter.Hostnames, machine)
        && (filter.MacAddresses.Count == 0 || filter.MacAddresses.Any(machine.MacAddresses.Contains))
        && filter.Tags.All(machine.Tags.Contains)
        && !filter.NotTags.Any(machine.Tags.Contains)
        && (filter.HasTags is not { } hasTags || hasTags == (machine.Tags.Count > 0));

    private static bool Follows(MachineFilter filter, int comparison) => filter.IsDescending ? comparison < 0 : comparison > 0;

    private static bool HasWords(Machine machine, List<string> words) =>
        words.Count == 0
        || (StoreRules.SearchText(machine) is var text && words.TrueForAll(word => text.Contains(word, StringComparison.Ordinal)));

    private static bool HasNone(Machine machine, List<string> words) =>
        words.Count == 0
        || (StoreRules.SearchText(machine) is var text && !words.Exists(word => text.Contains(word, StringComparison.Ordinal)));

    private static bool IsAny<T>(IReadOnlyList<T> values, T? value) => values.Count == 0 || (value is not null && values.Contains(value));

    public static bool HasName(IReadOnlyList<string> names, Machine machine) =>
        names.Count == 0 || names.Select(name => name.ToLowerInvariant()).Any(name => name == machine.Hostname || name == machine.Fqdn);
}
