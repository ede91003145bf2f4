using Dapper;
using Maas.Core.Fleet;

namespace Maas.Core.Store;

/// <summary>A filter as a WHERE clause. Every value is a parameter.</summary>
internal static class SqliteMachineFilter
{
    public static (string Where, DynamicParameters Parameters) Build(MachineFilter filter)
    {
        var conditions = new List<string>();
        var parameters = new DynamicParameters();

        AnyOf("m.id IN @ids", "ids", filter.Ids.Select(id => id.ToString()));
        AnyOf("(m.hostname IN @names OR m.hostname || '.' || m.domain IN @names)", "names", filter.Hostnames.Select(name => name.ToLowerInvariant()));
        AnyOf("EXISTS (SELECT 1 FROM machine_macs a WHERE a.machine = m.id AND a.mac IN @macs)", "macs", filter.MacAddresses.Select(mac => mac.ToString()));
        AnyOf("m.status IN @statuses", "statuses", filter.Statuses.Select(status => (int)status));
        AnyOf("m.power_state IN @powerStates", "powerStates", filter.PowerStates.Select(state => (int)state));
        AnyOf("m.owner IN @owners", "owners", filter.Owners);
        AnyOf("m.token_key IN @tokens", "tokens", filter.AllocatedByTokens);
        AnyOf("m.agent_name IN @agents", "agents", filter.AgentNames);
        AnyOf("m.domain IN @domains", "domains", filter.Domains);
        AnyOf("m.zone IN @zones", "zones", filter.Zones);
        AnyOf("m.pool IN @pools", "pools", filter.Pools);

        var tags = filter.Tags.Distinct(StringComparer.Ordinal).ToList();
        AnyOf("(SELECT count(*) FROM machine_tags t WHERE t.machine = m.id AND t.tag IN @tags) = @tagCount", "tags", tags);
        parameters.Add("tagCount", tags.Count);

        return (conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions), parameters);

        void AnyOf<T>(string condition, string name, IEnumerable<T> values)
        {
            var list = values.ToList();
            if (list.Count == 0) return;
            conditions.Add(condition);
            parameters.Add(name, list);
        }
    }
}
