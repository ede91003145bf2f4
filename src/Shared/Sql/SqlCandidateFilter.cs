using System.Globalization;
using Maas.Core.Nodes;

namespace Maas.Sql;

/// <summary>
/// Which machines an allocation chooses from. The first conditions are those of the index <c>machines_candidates</c>, which has them in the
/// order of allocation and with every column that is compared, so that a machine is read only when it is taken.
/// </summary>
internal static class SqlCandidateFilter
{
    private const string Order = "m.cost, m.disk_bytes, m.number";

    /// <summary>The query of some columns.</summary>
    public static (string Sql, List<(string Name, object? Value)> Parameters) Build(string columns, CandidateFilter filter)
    {
        // Machines that are named are found by their names. The prefix keeps SQLite from the index of all Ready machines.
        var isNamed = filter.Ids.Count + filter.Hostnames.Count > 0;
        SqlConditions sql = new();
        var prefix = isNamed ? SqlDialect.WithoutIndex : "";
        sql.Add(string.Create(CultureInfo.InvariantCulture, $"{prefix}m.status = {(int)MachineStatus.Ready}"));
        sql.Add("m.locked = 0");
        sql.Add("m.owner IS NULL");
        sql.AnyOf("m.id IN {0}", "@ids", filter.Ids.Select(id => id.ToString()));
        SqlMachineFilter.AddHostnames(sql, filter.Hostnames);
        sql.AnyOf($"(m.architecture IN {{0}} OR substr(m.architecture, 1, {SqlDialect.Position}(m.architecture, '/') - 1) IN {{0}})",
            "@architectures", filter.Architectures);
        if (filter.MinimumCpuCount > 0) sql.Add("m.cpu_count >= @cpus", ("@cpus", filter.MinimumCpuCount));
        if (filter.MinimumMemoryMiB > 0) sql.Add("m.memory >= @memory", ("@memory", filter.MinimumMemoryMiB));
        SqlMachineFilter.AddPlaces(sql, filter.Zones, filter.NotZones, filter.Pools, filter.NotPools);
        SqlMachineFilter.AddTags(sql, filter.Tags);
        sql.AnyOf("NOT EXISTS (SELECT 1 FROM machine_tags t WHERE t.machine = m.id AND t.tag IN {0})", "@notTags", filter.NotTags);
        SqlRecordConditions.AddOfMachine(sql, filter.Records);
        if (filter.After is { } after)
            sql.Add("(m.cost, m.disk_bytes, m.number) > (@cost, @diskBytes, @number)",
                ("@cost", after.Cost), ("@diskBytes", after.DiskBytes), ("@number", after.Number));
        sql.Parameters.Add(("@limit", filter.Limit));
        var index = isNamed ? "" : SqlDialect.ByCandidates;
        return ($"SELECT {columns} FROM machines m {index} {sql.Where} ORDER BY {Order} LIMIT @limit", sql.Parameters);
    }
}
