using Maas.Api.Requests;
using Maas.Core;
using Maas.Core.Fleet;
using Maas.Core.Lifecycle;
using Maas.Core.Power;

namespace Maas.Api.Machines;

/// <summary>The filters of a list of machines: alternatives within a name, all names together, and <c>not_</c> for the opposite.</summary>
internal sealed record MachineQuery(MachineFilter Filter, Func<Machine, bool> Also, bool MatchesNothing)
{
    /// <summary>Reads the filters; what makes no sense is an error of <paramref name="form"/>.</summary>
    public static MachineQuery Read(FormReader form)
    {
        IReadOnlyList<string> ids = [.. form.Form.All("id"), .. form.Form.All("system_id")];
        IReadOnlyList<SystemId> known = [.. ids.Select(id => SystemId.TryParse(id, out var parsed) ? parsed : default).Where(id => id != default)];

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
            Zones = form.Form.All("zone"),
            Pools = form.Form.All("pool"),
        };
        return new MachineQuery(filter, Rest(form), MatchesNothing: ids.Count > 0 && known.Count == 0);
    }

    /// <summary>What Core's filter does not ask.</summary>
    private static Func<Machine, bool> Rest(FormReader form)
    {
        var (cpus, memory) = (form.Number("cpu_count", 0), form.Number("mem", 0));
        var (architectures, simple) = (form.List("arch"), form.Form.All("simple_status"));
        var (notTags, notStatuses, notZones, notPools, notOwners) =
            (form.List("not_tags"), Words(form, "not_status", StatusOf), form.Form.All("not_zone"), form.Form.All("not_pool"), form.Form.All("not_owner"));
        return machine =>
            !(machine.CpuCount < cpus) && !(machine.MemoryMiB < memory)
            && (architectures.Count == 0 || architectures.Any(each => machine.Architecture == each || machine.Architecture.StartsWith(each + "/", StringComparison.Ordinal)))
            && (simple.Count == 0 || simple.Contains(machine.Status.Simplified, StringComparer.OrdinalIgnoreCase))
            && !machine.Tags.Any(notTags.Contains)
            && !notStatuses.Contains(machine.Status)
            && !notZones.Contains(machine.Zone)
            && !notPools.Contains(machine.Pool)
            && !(machine.Owner is { } owner && notOwners.Contains(owner));
    }

    private static List<T> Words<T>(FormReader form, string name, Func<string, T?> read) where T : struct
    {
        List<T> values = [];
        foreach (var word in form.Form.All(name))
        {
            if (read(word) is { } value) values.Add(value);
            else form.Refuse(name, $"'{word}' is not one of the available choices.");
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
                || word.Replace("_", "", StringComparison.Ordinal).Equals(status.ToString(), StringComparison.OrdinalIgnoreCase)) return status;
        }

        return null;
    }

    private static PowerState? PowerOf(string word)
    {
        foreach (var state in Enum.GetValues<PowerState>())
            if (PowerWords.Of(state) == word) return state;
        return null;
    }
}
