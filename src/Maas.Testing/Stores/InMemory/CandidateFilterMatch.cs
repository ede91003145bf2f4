using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Evaluates a filter of candidates on a machine, except the limit.</summary>
internal static class CandidateFilterMatch
{
    private const string Node = "node";

    /// <summary>The filter as a function. Records are read once for all machines.</summary>
    public static Func<Machine, bool> On(CandidateFilter filter, RecordTables records)
    {
        var conditions = filter.Records.Select(condition => Of(condition, records)).ToList();
        return machine => filter.Matches(machine) && conditions.TrueForAll(holds => holds(machine.Id.ToString()));
    }

    private static bool Matches(this CandidateFilter filter, Machine machine) =>
        machine is { Status: MachineStatus.Ready, Locked: false, Owner: null }
        && (filter.After is not { } after || CandidateRank.Of(machine) > after)
        && (filter.Ids.Count == 0 || filter.Ids.Contains(machine.Id))
        && MachineFilterMatch.HasName(filter.Hostnames, machine)
        && (filter.Architectures.Count == 0
            || filter.Architectures.Any(each => machine.Architecture == each || machine.Architecture.Split('/')[0] == each))
        && machine.CpuCount >= filter.MinimumCpuCount
        && machine.MemoryMiB >= filter.MinimumMemoryMiB
        && filter.Tags.All(machine.Tags.Contains)
        && !filter.NotTags.Any(machine.Tags.Contains)
        && (filter.Zones.Count == 0 || filter.Zones.Contains(machine.ZoneId))
        && !filter.NotZones.Contains(machine.ZoneId)
        && (filter.Pools.Count == 0 || filter.Pools.Contains(machine.PoolId))
        && !filter.NotPools.Contains(machine.PoolId);

    /// <summary>A condition on records as a function of the machine's id.</summary>
    public static Func<string, bool> Of(NodeRecordCondition condition, RecordTables records)
    {
        var table = condition.Table;
        var matching = NodesOf(table, records.All(table).Where(record => RecordMatch.Matches(table, record, condition.Where)));
        var present = condition.Unless is { } other ? NodesOf(other, records.All(other)) : null;
        return id => matching.Contains(id) != condition.IsAbsent || present?.Contains(id) == false;
    }

    private static HashSet<string> NodesOf(RecordTable table, IEnumerable<StoredRecord> records) =>
        [.. records.Select(record => RecordMatch.ValueOf(table, record, Node)).OfType<string>()];
}
