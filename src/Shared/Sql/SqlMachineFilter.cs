using System.Globalization;
using Maas.Core.Nodes;

namespace Maas.Sql;

/// <summary>A filter as a WHERE clause. Every value is a parameter; each list is one, in JSON.</summary>
internal static class SqlMachineFilter
{
    public static (string Where, List<(string Name, object? Value)> Parameters) Build(MachineFilter filter)
    {
        SqlConditions sql = new();
        sql.AnyOf("m.id IN {0}", "@ids", filter.Ids.Select(id => id.ToString()));
        sql.AnyOf("(m.hostname IN {0} OR m.hostname || '.' || m.domain IN {0})", "@names",
            filter.Hostnames.Select(name => name.ToLowerInvariant()));
        sql.AnyOf("EXISTS (SELECT 1 FROM machine_macs a WHERE a.machine = m.id AND a.mac IN {0})", "@macs",
            filter.MacAddresses.Select(mac => mac.ToString()));
        sql.AnyOf("m.status IN {0}", "@statuses", filter.Statuses.Select(status => (int)status));
        sql.AnyOf("m.power_state IN {0}", "@powerStates", filter.PowerStates.Select(state => (int)state));
        sql.AnyOf("m.owner IN {0}", "@owners", filter.Owners);
        sql.AnyOf("m.token_key IN {0}", "@tokens", filter.AllocatedByTokens);
        sql.AnyOf("m.agent_name IN {0}", "@agents", filter.AgentNames);
        sql.AnyOf("m.domain IN {0}", "@domains", filter.Domains);
        AddPlaces(sql, filter.Zones, filter.NotZones, filter.Pools, filter.NotPools);
        AddTags(sql, filter.Tags);
        SqlRecordConditions.AddOfMachine(sql, filter.Records);
        if (filter.VisibleTo is { } user) sql.Add("(m.owner IS NULL OR m.owner = @user)", ("@user", user));
        if (filter.AfterNumber > 0) sql.Add("m.number > @after", ("@after", filter.AfterNumber));
        if (filter.AfterHostname is { Length: > 0 } hostname) sql.Add("m.hostname > @afterHostname", ("@afterHostname", hostname));
        if (filter.Limit is { } limit) sql.Parameters.Add(("@limit", limit));
        return (sql.Where, sql.Parameters);
    }

    /// <summary>The order of the machines, and how many of them.</summary>
    public static string OrderAndLimit(MachineFilter filter) =>
        $"ORDER BY {(filter.AfterHostname is null ? "m.number" : "m.hostname")} {(filter.Limit is null ? "" : "LIMIT @limit")}";

    /// <summary>Adds what is asked of zone and pool.</summary>
    public static void AddPlaces(
        SqlConditions sql, IEnumerable<long> zones, IEnumerable<long> notZones, IEnumerable<long> pools, IEnumerable<long> notPools)
    {
        sql.AnyOf("m.zone IN {0}", "@zones", zones.Select(Text));
        sql.AnyOf("m.zone NOT IN {0}", "@notZones", notZones.Select(Text));
        sql.AnyOf("m.pool IN {0}", "@pools", pools.Select(Text));
        sql.AnyOf("m.pool NOT IN {0}", "@notPools", notPools.Select(Text));

        static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Adds that all of the tags must be there.</summary>
    public static void AddTags(SqlConditions sql, IEnumerable<string> named)
    {
        var tags = named.Distinct(StringComparer.Ordinal).ToList();
        sql.AnyOf("(SELECT count(*) FROM machine_tags t WHERE t.machine = m.id AND t.tag IN {0}) = @tagCount", "@tags", tags);
        if (tags.Count > 0) sql.Parameters.Add(("@tagCount", tags.Count));
    }
}
