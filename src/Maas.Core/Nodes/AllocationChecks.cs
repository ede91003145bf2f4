using System.Globalization;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>Which requests make no sense, and what is said when no machine fits one. Pure.</summary>
internal static class AllocationChecks
{
    /// <summary>A constraint that makes no sense, or <see langword="null"/>.</summary>
    public static AllocationResult.Invalid? FindInvalid(
        AllocationRequest request, IReadOnlyCollection<string> tags, TopologySnapshot topology)
    {
        foreach (var architecture in request.Architectures)
        {
            if (!MachineRules.Architectures.Contains(Canonical(architecture).Split('/')[0]))
                return new("arch", $"Architecture not recognised: {architecture}");
        }

        if (request.CpuCount is < 0 or double.NaN) return new("cpu_count", "Invalid CPU count: number required.");
        if (request.CpuSpeed is < 0 or double.NaN) return new("cpu_speed", "Invalid CPU speed: number required.");
        if (request.MemoryMiB is < 0 or double.NaN) return new("mem", "Invalid memory: number of MiB required.");
        if (request.LinkSpeed is < 0 or double.NaN) return new("link_speed", "Invalid link speed: number required.");
        if (request.Tags.FirstOrDefault(tag => !tags.Contains(tag)) is { } unknown) return new("tags", $"No such tag(s): '{unknown}'.");
        if (request.NotTags.FirstOrDefault(tag => !tags.Contains(tag)) is { } unknownNot)
            return new("not_tags", $"No such tag(s): '{unknownNot}'.");
        if (request.Zone is { } inZone && topology.FindZone(inZone) is null) return new("zone", $"No such zone: '{inZone}'.");
        if (request.NotInZones.FirstOrDefault(zone => topology.FindZone(zone) is null) is { } notZone)
            return new("not_in_zone", $"No such zone: '{notZone}'.");
        if (request.Pool is { } inPool && topology.FindPool(inPool) is null) return new("pool", $"No such pool: '{inPool}'.");
        if (request.NotInPools.FirstOrDefault(pool => topology.FindPool(pool) is null) is { } notPool)
            return new("not_in_pool", $"No such pool: '{notPool}'.");
        return FindUnmatched("subnets", request.Subnets, "subnets", each => topology.Subnets(each))
            ?? FindUnmatched("not_subnets", request.NotSubnets, "subnets", each => topology.Subnets(each))
            ?? FindUnmatched("vlans", request.Vlans, "VLANs", each => topology.Vlans(each))
            ?? FindUnmatched("not_vlans", request.NotVlans, "VLANs", each => topology.Vlans(each));
    }

    /// <summary>Juju says <c>arm</c> where MAAS says <c>armhf</c>.</summary>
    public static string Canonical(string architecture) => architecture == "arm" ? "armhf" : architecture;

    /// <summary>MAAS's words when no machine matches.</summary>
    public static string Explain(AllocationRequest request)
    {
        if (request.SystemId is { } id) return $"No machine with system ID {id} available.";
        var constraints = Constraints(request).ToList();
        if (constraints.Count == 0) return "No machine available.";
        var list = string.Join(
            ", ", constraints.Select(constraint =>
                $"('{constraint.Name}', [{string.Join(", ", constraint.Values.Select(value => $"'{value}'"))}])"));
        var resolved = string.Join(' ', constraints.OrderBy(constraint => constraint.Name, StringComparer.Ordinal)
            .Select(constraint => $"{constraint.Name}={string.Join(',', constraint.Values)}"));
        return $"No available machine matches constraints: [{list}] (resolved to \"{resolved}\")";
    }

    // MAAS refuses specifiers that match nothing at all, and accepts one that does beside others that do not.
    private static AllocationResult.Invalid? FindUnmatched<T>(
        string name, IReadOnlyList<string> specifiers, string noun, Func<string, IEnumerable<T>> find) =>
        specifiers.Count > 0 && !specifiers.SelectMany(find).Any() ? new(name, $"No matching {noun} found.") : null;

    private static IEnumerable<(string Name, IReadOnlyList<string> Values)> Constraints(AllocationRequest request)
    {
        IEnumerable<(string Name, IReadOnlyList<string> Values)> all =
        [
            ("name", One(request.Name)),
            ("arch", request.Architectures),
            ("cpu_count", One(Text(request.CpuCount))),
            ("cpu_speed", One(Text(request.CpuSpeed))),
            ("mem", One(Text(request.MemoryMiB))),
            ("tags", request.Tags),
            ("not_tags", request.NotTags),
            ("zone", One(request.Zone)),
            ("not_in_zone", request.NotInZones),
            ("pool", One(request.Pool)),
            ("not_in_pool", request.NotInPools),
            ("subnets", request.Subnets),
            ("not_subnets", request.NotSubnets),
            ("vlans", request.Vlans),
            ("not_vlans", request.NotVlans),
            ("fabrics", request.Fabrics),
            ("not_fabrics", request.NotFabrics),
            ("fabric_classes", request.FabricClasses),
            ("not_fabric_classes", request.NotFabricClasses),
            ("link_speed", One(Text(request.LinkSpeed))),
            ("storage", One(request.Storage)),
            ("interfaces", One(request.Interfaces)),
            ("devices", One(request.Devices)),
            ("pod", request.Pods),
            ("pod_type", request.PodTypes),
            ("not_pod_type", request.NotPodTypes),
        ];
        return all.Where(constraint => constraint.Values.Count > 0);

        static IReadOnlyList<string> One(string? value) => value is { Length: > 0 } ? [value] : [];

        static string? Text(double? number) => number?.ToString(CultureInfo.InvariantCulture);
    }
}
