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
        return machine => filter.Matches(machine) && HasWords(machine, words)
            && conditions.TrueForAll(holds => holds(machine.Id.ToString()));
    }

    /// <summary>The machines of a filter, in its order.</summary>
    public static IEnumerable<Machine> Select(this MachineFilter filter, IEnumerable<Machine> machines, RecordTables records)
    {
        var found = machines.Where(On(filter, records));
        var ordered = filter.AfterHostname is null
            ? found.OrderBy(machine => machine.Number)
            : found.OrderBy(machine => machine.Hostname, StoreRules.TextOrder);
        return ordered.Take(filter.Limit ?? int.MaxValue);
    }

    private static bool Matches(this MachineFilter filter, Machine machine) =>
        machine.Number > filter.AfterNumber
        && (filter.AfterHostname is null || StoreRules.TextOrder.Compare(machine.Hostname, filter.AfterHostname) > 0)
        && (filter.VisibleTo is null || machine.Owner is null || machine.Owner == filter.VisibleTo)
        && IsAny(filter.Ids, machine.Id)
        && IsAny(filter.Statuses, machine.Status)
        && IsAny(filter.PowerStates, machine.PowerState)
        && IsAny(filter.Owners, machine.Owner)
        && IsAny(filter.AllocatedByTokens, machine.AllocatedByToken)
        && IsAny(filter.AgentNames, machine.AgentName)
        && IsAny(filter.Domains, machine.Domain)
        && IsAny(filter.Zones, machine.ZoneId)
        && !filter.NotZones.Contains(machine.ZoneId)
        && IsAny(filter.Pools, machine.PoolId)
        && !filter.NotPools.Contains(machine.PoolId)
        && HasName(filter.Hostnames, machine)
        && (filter.MacAddresses.Count == 0 || filter.MacAddresses.Any(machine.MacAddresses.Contains))
        && filter.Tags.All(machine.Tags.Contains);

    private static bool HasWords(Machine machine, List<string> words) =>
        words.Count == 0
        || (StoreRules.SearchText(machine) is var text && words.TrueForAll(word => text.Contains(word, StringComparison.Ordinal)));

    private static bool IsAny<T>(IReadOnlyList<T> values, T? value) => values.Count == 0 || (value is not null && values.Contains(value));

    public static bool HasName(IReadOnlyList<string> names, Machine machine) =>
        names.Count == 0 || names.Select(name => name.ToLowerInvariant()).Any(name => name == machine.Hostname || name == machine.Fqdn);
}
