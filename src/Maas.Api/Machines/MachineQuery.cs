using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Records;
using Maas.Core.Topology;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Api.Machines;

/// <summary>The filters of a list of machines: alternatives within a name, all names together, and <c>not_</c> for the opposite.</summary>
/// <param name="Filter">What the store evaluates.</param>
/// <param name="Also">What is evaluated on the machines that the store gives; null for nothing.</param>
/// <param name="Hardware">What the machines must have of networks, disks, interfaces and devices; null for anything.</param>
/// <param name="Tags">Every tag that is named, to be checked for existence.</param>
/// <param name="MatchesNothing">None of the ids can be a machine's.</param>
internal sealed record MachineQuery(
    MachineFilter Filter, Func<Machine, bool>? Also, AllocationRequest? Hardware, IReadOnlyDictionary<string, IReadOnlyList<string>> Tags,
    bool MatchesNothing)
{
    /// <summary>The filters as arguments of an action.</summary>
    public static IReadOnlyList<ApiArgument> Arguments { get; } =
    [
        ApiArgument.Texts("id", "system ids."),
        ApiArgument.Texts("hostname", "host names."),
        ApiArgument.Texts("mac_address", "addresses of network interfaces."),
        ApiArgument.Texts("domain", "domains."),
        ApiArgument.Texts("zone", "zones."),
        ApiArgument.Texts("pool", "resource pools."),
        ApiArgument.Texts("agent_name", "what allocating clients call themselves."),
        ApiArgument.Texts("tags", "tags, all of them."),
        ApiArgument.Texts("arch", "architectures."),
        ApiArgument.Texts("status", "statuses."),
        ApiArgument.Texts("simple_status", "groups of statuses."),
        ApiArgument.Texts("power_state", "power states."),
        ApiArgument.Texts("owner", "owners."),
        ApiArgument.Number("cpu_count", "at least so many processors."),
        ApiArgument.Number("mem", "at least so much memory in MiB."),
        .. Allocation.HardwareArguments,
        ApiArgument.Texts("not_tags", "tags, none of them."),
        ApiArgument.Texts("not_id", "and so on: every filter but cpu_count and mem has an opposite."),
    ];

    /// <summary>Other names of the filters, and their opposites.</summary>
    public static IReadOnlyList<string> MoreArguments { get; } =
    [
        "system_id", "in_zone", "in_pool",
        "not_system_id", "not_hostname", "not_mac_address", "not_domain", "not_zone", "not_in_zone", "not_pool", "not_in_pool",
            "not_agent_name", "not_arch",
        "not_status", "not_simple_status", "not_power_state", "not_owner",
    ];

    /// <summary>The filters that the store does not evaluate.</summary>
    private static IReadOnlyList<string> EvaluatedHere { get; } =
    [
        "arch", "simple_status", "cpu_count", "mem", "not_tags", "not_id", .. MoreArguments.Where(name =>
            name.StartsWith("not_", StringComparison.Ordinal)),
    ];

    /// <summary>All names of all filters.</summary>
    public static IReadOnlyList<string> AllArguments { get; } =
        [.. Arguments.Select(argument => argument.Name), .. MoreArguments];

    /// <summary>Reads the filters; what makes no sense is an error of <paramref name="form"/>.</summary>
    public static MachineQuery Read(FormReader form, TopologySnapshot topology)
    {
        var (zones, pools) = (form.Zones(topology, "zone", "in_zone"), form.Pools(topology, "pool", "in_pool"));
        IReadOnlyList<string> ids = All(form, "id", "system_id");
        IReadOnlyList<SystemId> known =
        [
            .. ids.Select(id => SystemId.TryParse(id, out var parsed) ? parsed : default).Where(id => id != default)
        ];

        var filter = InZones(topology, zones, pools) with
        {
            Ids = known,
            Hostnames = form.Form.All("hostname"),
            MacAddresses = form.MacAddresses("mac_address"),
            Statuses = Words(form, "status", StatusOf),
            PowerStates = Words(form, "power_state", PowerOf),
            Owners = form.Form.All("owner"),
            AgentNames = form.Form.All("agent_name"),
            Tags = form.List("tags"),
            Domains = form.Form.All("domain"),
        };
        Dictionary<string, IReadOnlyList<string>> tags = new() { ["tags"] = filter.Tags, ["not_tags"] = form.List("not_tags") };
        var hardware = Allocation.HardwareArguments.Any(argument => form.Form.All(argument.Name).Any(value => value.Length > 0))
            ? Allocation.ReadHardware(form) : null;
        return new MachineQuery(filter, Rest(form, topology), hardware, tags, MatchesNothing: ids.Count > 0 && known.Count == 0);
    }

    /// <summary>What Core's filter does not ask.</summary>
    private static Func<Machine, bool>? Rest(FormReader form, TopologySnapshot topology)
    {
        if (!EvaluatedHere.Any(form.Form.Has)) return null;
        var (cpus, memory) = (form.Number("cpu_count", 0), form.Number("mem", 0));
        var (architectures, simple) = (form.List("arch"), form.Form.All("simple_status"));
        var (notIds, notNames, notMacs) = (All(form, "not_id", "not_system_id"), form.Form.All("not_hostname"),
            form.MacAddresses("not_mac_address"));
        var (notZones, notPools) = (
            form.Zones(topology, "not_zone", "not_in_zone"), form.Pools(topology, "not_pool", "not_in_pool"));
        var (notTags, notArchitectures, notSimple) = (form.List("not_tags"), form.List("not_arch"), form.Form.All("not_simple_status"));
        var (notStatuses, notPowers) = (Words(form, "not_status", StatusOf), Words(form, "not_power_state", PowerOf));
        var (notDomains, notOwners, notAgents) = (form.Form.All("not_domain"), form.Form.All("not_owner"), form.Form.All("not_agent_name"));
        return machine =>
            !(machine.CpuCount < cpus) && !(machine.MemoryMiB < memory)
            && (architectures.Count == 0 || architectures.Any(each => IsOf(machine, each)))
            && (simple.Count == 0 || simple.Contains(machine.Status.Simplified, StringComparer.OrdinalIgnoreCase))
            && !notIds.Contains(machine.Id.ToString())
            && !notNames.Any(name =>
                name.Equals(machine.Hostname, StringComparison.OrdinalIgnoreCase)
                    || name.Equals(machine.Fqdn, StringComparison.OrdinalIgnoreCase))
            && !notMacs.Any(machine.MacAddresses.Contains)
            && !notDomains.Contains(machine.Domain)
            && !notZones.Contains(topology.ZoneOf(machine.ZoneId).Id)
            && !notPools.Contains(topology.PoolOf(machine.PoolId).Id)
            && !machine.Tags.Any(notTags.Contains)
            && !notArchitectures.Any(each => IsOf(machine, each))
            && !notStatuses.Contains(machine.Status)
            && !notSimple.Contains(machine.Status.Simplified, StringComparer.OrdinalIgnoreCase)
            && !notPowers.Contains(machine.PowerState)
            && !(machine.Owner is { } owner && notOwners.Contains(owner))
            && !(machine.AgentName.Length > 0 && notAgents.Contains(machine.AgentName));
    }

    /// <summary>The filter for machines in these zones and pools; empty lists for all.</summary>
    public static MachineFilter InZones(TopologySnapshot topology, IReadOnlyList<long> zones, IReadOnlyList<long> pools) => new()
    {
        Zones = zones.Contains(Zone.DefaultId) ? [] : zones,
        NotZones = Others(zones, Zone.DefaultId, topology.Zones),
        Pools = pools.Contains(ResourcePool.DefaultId) ? [] : pools,
        NotPools = Others(pools, ResourcePool.DefaultId, topology.ResourcePools),
    };

    /// <summary>
    /// A zone or a pool that does not exist any more counts as the default one: the default one contains what is in no other.
    /// </summary>
    private static IReadOnlyList<long> Others(IReadOnlyList<long> ids, long defaultId, IEnumerable<StoredRecord> all) =>
        ids.Contains(defaultId) ? [.. all.Select(each => each.Id).Except(ids)] : [];

    private static List<string> All(FormReader form, string name, string otherName) =>
        [.. form.Form.All(name), .. form.Form.All(otherName)];

    private static bool IsOf(Machine machine, string architecture) =>
        machine.Architecture == architecture || machine.Architecture.StartsWith(architecture + "/", StringComparison.Ordinal);

    private static List<T> Words<T>(FormReader form, string name, Func<string, T?> read) where T : struct
    {
        List<T> values = [];
        foreach (var word in form.Form.All(name))
        {
            if (read(word) is { } value) values.Add(value);
            else form.Refuse(name, $"'{LogText.From(word, 64)}' is not one of the available choices.");
        }

        return values;
    }

    /// <summary>A status by number, by name (<c>Failed testing</c>) or by MAAS's short name (<c>failed_testing</c>).</summary>
    private static MachineStatus? StatusOf(string word)
    {
        foreach (var status in Enum.GetValues<MachineStatus>())
        {
            if (word == ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture)
                || word.Equals(status.DisplayName, StringComparison.OrdinalIgnoreCase)
                || word.Replace("_", "", StringComparison.Ordinal).Equals(status.ToString(), StringComparison.OrdinalIgnoreCase))
                    return status;
        }

        return null;
    }

    private static MachinePowerState? PowerOf(string word)
    {
        foreach (var state in Enum.GetValues<MachinePowerState>())
            if (PowerStateNames.Of(state) == word) return state;
        return null;
    }
}
