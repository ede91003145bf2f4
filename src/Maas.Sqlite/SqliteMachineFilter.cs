using Maas.Core.Nodes;

namespace Maas.Sqlite;

/// <summary>A filter as a WHERE clause. Every value is a parameter; each list is one, in JSON.</summary>
internal static class SqliteMachineFilter
{
    public static (string Where, List<(string Name, object? Value)> Parameters) Build(MachineFilter filter)
    {
        List<string> conditions = [];
        List<(string, object?)> parameters = [];

        AnyOf("m.id IN {0}", "@ids", filter.Ids.Select(id => id.ToString()));
        AnyOf("(m.hostname IN {0} OR m.hostname || '.' || m.domain IN {0})", "@names",
            filter.Hostnames.Select(name => name.ToLowerInvariant()));
        AnyOf("EXISTS (SELECT 1 FROM machine_macs a WHERE a.machine = m.id AND a.mac IN {0})", "@macs",
            filter.MacAddresses.Select(mac => mac.ToString()));
        AnyOfNumbers("m.status IN {0}", "@statuses", filter.Statuses.Select(status => (int)status));
        AnyOfNumbers("m.power_state IN {0}", "@powerStates", filter.PowerStates.Select(state => (int)state));
        AnyOf("m.owner IN {0}", "@owners", filter.Owners);
        AnyOf("m.token_key IN {0}", "@tokens", filter.AllocatedByTokens);
        AnyOf("m.agent_name IN {0}", "@agents", filter.AgentNames);
        AnyOf("m.domain IN {0}", "@domains", filter.Domains);
        AnyOf("m.zone IN {0}", "@zones", filter.Zones);
        AnyOf("m.pool IN {0}", "@pools", filter.Pools);

        var tags = filter.Tags.Distinct(StringComparer.Ordinal).ToList();
        AnyOf("(SELECT count(*) FROM machine_tags t WHERE t.machine = m.id AND t.tag IN {0}) = @tagCount", "@tags", tags);
        if (tags.Count > 0) parameters.Add(("@tagCount", tags.Count));

        if (filter.AfterNumber > 0)
        {
            conditions.Add("m.number > @after");
            parameters.Add(("@after", filter.AfterNumber));
        }

        if (filter.Limit is { } limit) parameters.Add(("@limit", limit));
        return (conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions), parameters);

        void AnyOf(string condition, string name, IEnumerable<string> values)
        {
            var list = values.ToList();
            if (list.Count > 0) Add(condition, name, JsonList.Of(list));
        }

        void AnyOfNumbers(string condition, string name, IEnumerable<int> values)
        {
            var list = values.ToList();
            if (list.Count > 0) Add(condition, name, JsonList.Of(list));
        }

        void Add(string condition, string name, string list)
        {
            conditions.Add(condition.Replace("{0}", $"(SELECT value FROM json_each({name}))", StringComparison.Ordinal));
            parameters.Add((name, list));
        }
    }
}
