using Maas.Core.Nodes;

namespace Maas.Sql;

/// <summary>Counts machines, all together and by what they have in common.</summary>
internal static class SqlMachineCount
{
    /// <summary>Counts the machines of a filter, wherever it begins and whatever its limit.</summary>
    public static MachineCount Count(SqlSession session, MachineFilter filter, MachineGrouping grouping)
    {
        var all = filter with { AfterNumber = 0, AfterHostname = "", Offset = 0, Limit = null };
        var (isNamed, where, parameters) = SqlMachineFilter.Build(session, all);
        // Without a condition, the smallest index with the column is read.
        var from = $"FROM machines m {(where.Length == 0 ? "" : SqlMachineFilter.IndexOf(all, isNamed, parameters))}";
        var column = grouping switch
        {
            MachineGrouping.Status => "m.status",
            MachineGrouping.Zone => "m.zone",
            MachineGrouping.Pool => "m.pool",
            MachineGrouping.Owner => "m.owner",
            MachineGrouping.Tag => "t.tag",
            _ => null,
        };
        if (column is null || grouping is MachineGrouping.Tag)
        {
            var total = checked((int)session.ExecuteScalar<long>($"SELECT count(*) {from} {where}", [.. parameters]));
            if (column is null) return new MachineCount(total, []);
            from += " LEFT JOIN machine_tags t ON t.machine = m.id";
            return new MachineCount(total, Groups());
        }

        var groups = Groups();
        return new MachineCount(groups.Sum(group => group.Count), groups);

        List<MachineGroup> Groups() => session.Query(
            $"SELECT {column}, count(*) {from} {where} GROUP BY {column}",
            row => new MachineGroup(
                grouping is MachineGrouping.Status ? ((MachineStatus)row.GetSmall(0)).ToString() : row.GetStringOrNull(0),
                row.GetSmall(1)),
            [.. parameters]);
    }
}
