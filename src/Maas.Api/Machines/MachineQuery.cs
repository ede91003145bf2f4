using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Api.Machines;

/// <summary>The filters of a list of machines: alternatives within a name, all names together, and <c>not_</c> for the opposite.</summary>
/// <param name="Filter">What the store evaluates.</param>
/// <param name="Also">What is evaluated on the machines that the store gives.</param>
/// <param name="Tags">Every tag that is named, to be checked for existence.</param>
/// <param name="MatchesNothing">None of the ids can be a machine's.</param>
internal sealed record MachineQuery(MachineFilter Filter, Func<Machine, bool> Also, IReadOnlyDictionary<string, IReadOnlyList<string>> Tags,
    bool MatchesNothing)
{
    /// <summary>The filters as arguments of an action.</summary>
    public const string Arguments = """
        :param id: system ids.
        :param hostname: host names.
        :param mac_address: addresses of network interfaces.
        :param domain: domains.
        :param zone: zones.
        :param pool: resource pools.
        :param agent_name: what allocating clients call themselves.
        :param tags: tags, all of them.
        :param arch: architectures.
        :param status: statuses.
        :param simple_status: groups of statuses.
        :param power_state: power states.
        :param owner: owners.
        :param cpu_count: at least so many processors.
        :param mem: at least so much memory in MiB.
        :param not_tags: tags, none of them.
        :param not_id: and so on: every filter but cpu_count and mem has an opposite.
        """;

    /// <summary>Other names of the filters, and their opposites.</summary>
    public static IReadOnlyList<string> MoreArguments { get; } =
    [
        "system_id", "in_zone", "in_pool",
        "not_system_id", "not_hostname", "not_mac_address", "not_domain", "not_zone", "not_in_zone", "not_pool", "not_in_pool",
            "not_agent_name", "not_arch",
        "not_status", "not_simple_status", "not_power_state", "not_owner",
    ];

    /// <summary>All names of all filters.</summary>
    public static IReadOnlyList<string> AllArguments { get; } =
        [.. ApiArgument.Parse(Arguments).Select(argument => argument.Name), .. MoreArguments];

    /// <summary>Reads the filters; what makes no sense is an error of <paramref name="form"/>.</summary>
    public static MachineQuery Read(FormReader form)
    {
        IReadOnlyList<string> ids = All(form, "id", "system_id");
        IReadOnlyList<SystemId> known =
        [
            .. ids.Select(id => SystemId.TryParse(id, out var parsed) ? parsed : default).Where(id => id != default)
        ];

        var filter = new MachineFilter
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
            Zones = DefaultTopology.Named(form, "zone", "zone", "in_zone"),
            Pools = DefaultTopology.Named(form, "pool", "pool", "in_pool"),
        };
        Dictionary<string, IReadOnlyList<string>> tags = new() { ["tags"] = filter.Tags, ["not_tags"] = form.List("not_tags") };
        return new MachineQuery(filter, Rest(form), tags, MatchesNothing: ids.Count > 0 && known.Count == 0);
    }

    /// <summary>What Core's filter does not ask.</summary>
    private static Func<Machine, bool> Rest(FormReader form)
    {
        var (cpus, memory) = (form.Number("cpu_count", 0), form.Number("mem", 0));
        var (architectures, simple) = (form.List("arch"), form.Form.All("simple_status"));
        var (notIds, notNames, notMacs) = (All(form, "not_id", "not_system_id"), form.Form.All("not_hostname"),
            form.MacAddresses("not_mac_address"));
        var (notZones, notPools) = (DefaultTopology.Named(form, "zone", "not_zone", "not_in_zone"),
            DefaultTopology.Named(form, "pool", "not_pool", "not_in_pool"));
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
            && !notZones.Contains(machine.Zone)
            && !notPools.Contains(machine.Pool)
            && !machine.Tags.Any(notTags.Contains)
            && !notArchitectures.Any(each => IsOf(machine, each))
            && !notStatuses.Contains(machine.Status)
            && !notSimple.Contains(machine.Status.Simplified, StringComparer.OrdinalIgnoreCase)
            && !notPowers.Contains(machine.PowerState)
            && !(machine.Owner is { } owner && notOwners.Contains(owner))
            && !(machine.AgentName.Length > 0 && notAgents.Contains(machine.AgentName));
    }

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
