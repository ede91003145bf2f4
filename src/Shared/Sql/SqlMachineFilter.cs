using System.Globalization;
using Maas.Core.Nodes;

namespace Maas.Sql;

/// <summary>A filter as a WHERE clause. Every value is a parameter; each long list is one, in JSON.</summary>
internal static class SqlMachineFilter
{
    private const int MostTags = 8; // more are counted, which is slower

    /// <summary>The clause, and whether it names so few machines that they are found by what it names.</summary>
    public static (bool IsNamed, string Where, List<(string Name, object? Value)> Parameters) Build(
        SqlSession session, MachineFilter filter)
    {
        var rareTag = SqlDialect.FindRareTag(session, filter.Tags.Take(MostTags));
        SqlConditions sql = new();
        sql.AnyOf("m.id IN {0}", "@ids", filter.Ids.Select(id => id.ToString()));
        AddHostnames(sql, filter.Hostnames);
        sql.AnyOf("m.id IN (SELECT a.machine FROM machine_macs a WHERE a.mac IN {0})", "@macs",
            filter.MacAddresses.Select(mac => mac.ToString()));
        sql.AnyOf("m.status IN {0}", "@statuses", filter.Statuses.Select(status => (int)status));
        sql.AnyOf("m.power_state IN {0}", "@powerStates", filter.PowerStates.Select(state => (int)state));
        sql.AnyOf("m.owner IN {0}", "@owners", filter.Owners);
        sql.AnyOf("(m.owner IS NULL OR m.owner NOT IN {0})", "@notOwners", filter.NotOwners);
        if (filter.HasOwner is { } hasOwner) sql.Add($"m.owner IS {(hasOwner ? "NOT NULL" : "NULL")}");
        sql.AnyOf("m.token_key IN {0}", "@tokens", filter.AllocatedByTokens);
        sql.AnyOf("m.agent_name IN {0}", "@agents", filter.AgentNames);
        sql.AnyOf("m.domain IN {0}", "@domains", filter.Domains);
        AddPlaces(sql, filter.Zones, filter.NotZones, filter.Pools, filter.NotPools);
        if (rareTag is not null)
            sql.Add("m.id IN (SELECT machine FROM machine_tags WHERE tag = @rareTag)", ("@rareTag", rareTag));
        AddTags(sql, filter.Tags);
        sql.AnyOf(
            "NOT EXISTS (SELECT 1 FROM machine_tags t WHERE t.machine = m.id AND t.tag IN {0})", "@notTags", filter.NotTags);
        if (filter.HasTags is { } hasTags)
            sql.Add($"{(hasTags ? "" : "NOT ")}EXISTS (SELECT 1 FROM machine_tags t WHERE t.machine = m.id)");
        SqlMachineSearch.Add(sql, filter.Search);
        SqlMachineSearch.AddOpposites(sql, filter.NotSearch);
        SqlRecordConditions.AddOfMachine(sql, filter.Records);
        if (filter.VisibleTo is { } user) sql.Add("(m.owner IS NULL OR m.owner = @user)", ("@user", user));
        var follows = filter.IsDescending ? '<' : '>';
        if (filter.AfterNumber > 0) sql.Add($"m.number {follows} @after", ("@after", filter.AfterNumber));
        if (filter.AfterHostname is { Length: > 0 } hostname) sql.Add($"m.hostname {follows} @afterHostname", ("@afterHostname", hostname));
        if (filter.Limit is not null || filter.Offset > 0) sql.Parameters.Add(("@limit", filter.Limit ?? int.MaxValue));
        if (filter.Offset > 0) sql.Parameters.Add(("@offset", filter.Offset));
        var isNamed = filter.Ids.Count + filter.Hostnames.Count + filter.MacAddresses.Count > 0 || rareTag is not null
            || (filter.Owners is [var owner] && SqlDialect.IsRareOwner(session, owner));
        return (isNamed, sql.Where, sql.Parameters);
    }

    /// <summary>The index that what a list is filtered by is read from; empty for the planner's choice.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="isNamed">Whether it names its machines.</param>
    /// <param name="parameters">The parameters of its clause.</param>
    public static string IndexOf(MachineFilter filter, bool isNamed, List<(string Name, object? Value)> parameters) =>
        // What asks for nothing else than the index of revisions has is read from it, in the order of numbers.
        filter is { AfterHostname: null, HasTags: null }
            && parameters.TrueForAll(parameter => parameter.Name is "@after" or "@limit" or "@offset" or "@user") ? SqlDialect.ByRevisions
        : isNamed ? ""
        : SqlDialect.BySearch;

    /// <summary>The order of the machines, and how many of them.</summary>
    public static string OrderAndLimit(MachineFilter filter) => string.Concat(
        Order(filter), filter.Limit is null && filter.Offset == 0 ? "" : " LIMIT @limit", filter.Offset == 0 ? "" : " OFFSET @offset");

    /// <summary>The order of the machines.</summary>
    public static string Order(MachineFilter filter) =>
        $"ORDER BY {(filter.AfterHostname is null ? "m.number" : "m.hostname")}{(filter.IsDescending ? " DESC" : "")}";

    /// <summary>Adds that the machine has one of some names, with or without its domain.</summary>
    public static void AddHostnames(SqlConditions sql, IEnumerable<string> named)
    {
        List<string> names = [.. named.Select(name => name.ToLowerInvariant())];
        // Host names have no dots and an index.
        sql.AnyOf("m.hostname IN {0}", "@hostnames", names.Select(name => name.Split('.')[0]));
        sql.AnyOf("(m.hostname IN {0} OR m.hostname || '.' || m.domain IN {0})", "@names", names);
    }

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
        if (tags.Count <= MostTags)
        {
            for (var at = 0; at < tags.Count; at++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"@tag{at}");
                sql.Add($"EXISTS (SELECT 1 FROM machine_tags t WHERE t.machine = m.id AND t.tag = {name})", (name, tags[at]));
            }

            return;
        }

        sql.AnyOf("(SELECT count(*) FROM machine_tags t WHERE t.machine = m.id AND t.tag IN {0}) = @tagCount", "@tags", tags);
        sql.Parameters.Add(("@tagCount", tags.Count));
    }
}
