using System.Globalization;

namespace Maas.Core.Nodes;

/// <summary>Which machines fit a request, and which of them is the least waste. Pure.</summary>
internal static class AllocationChoice
{
    /// <summary>A constraint that makes no sense, or <see langword="null"/>.</summary>
    public static AllocationResult.Invalid? FindInvalid(AllocationRequest request, IReadOnlyCollection<string> tags)
    {
        foreach (var architecture in request.Architectures)
        {
            if (!MachineRules.Architectures.Contains(Canonical(architecture).Split('/')[0]))
                return new("arch", $"Architecture not recognised: {architecture}");
        }

        if (request.CpuCount is < 0 or double.NaN) return new("cpu_count", "Invalid CPU count: number required.");
        if (request.MemoryMiB is < 0 or double.NaN) return new("mem", "Invalid memory: number of MiB required.");
        if (request.Tags.FirstOrDefault(tag => !tags.Contains(tag)) is { } unknown) return new("tags", $"No such tag(s): '{unknown}'.");
        if (request.NotTags.FirstOrDefault(tag => !tags.Contains(tag)) is { } unknownNot)
            return new("not_tags", $"No such tag(s): '{unknownNot}'.");
        if (request.Zone is not (null or "default")) return new("zone", $"No such zone: '{request.Zone}'.");
        if (request.NotInZones.FirstOrDefault(zone => zone != "default") is { } notZone)
            return new("not_in_zone", $"No such zone: '{notZone}'.");
        if (request.Pool is not (null or "default")) return new("pool", $"No such pool: '{request.Pool}'.");
        if (request.NotInPools.FirstOrDefault(pool => pool != "default") is { } notPool)
            return new("not_in_pool", $"No such pool: '{notPool}'.");
        return null;
    }

    /// <summary>The machines that fit, the best first: fewest processors, least memory, least disk, oldest.</summary>
    public static IEnumerable<Machine> Rank(IEnumerable<Machine> ready, AllocationRequest request) => ready
        .Where(machine => Fits(machine, request))
        .OrderBy(machine => machine.CpuCount)
        .ThenBy(machine => machine.MemoryMiB)
        .ThenBy(machine => machine.Hardware?.Disks.Sum(disk => (double)disk.Size) ?? 0)
        .ThenBy(machine => machine.Number);

    /// <summary>MAAS's words when no machine matches.</summary>
    public static string Explain(AllocationRequest request)
    {
        if (request.SystemId is { } id) return $"No machine with system ID {id} available.";
        var constraints = Constraints(request).ToList();
        if (constraints.Count == 0) return "No machine available.";
        var list = string.Join(
            ", ", constraints.Select(constraint =>
                $"('{constraint.Name}', [{string.Join(", ", constraint.Values.Select(value => $"'{value}'"))}])"));
        var resolved = string.Join(' ', constraints.Select(constraint => $"{constraint.Name}={string.Join(',', constraint.Values)}"));
        return $"No available machine matches constraints: [{list}] (resolved to \"{resolved}\")";
    }

    private static bool Fits(Machine machine, AllocationRequest request) =>
        !machine.Locked
        && (request.SystemId is null || machine.Id.ToString() == request.SystemId)
        && (request.Name is not { Length: > 0 } name
            || string.Equals(machine.Hostname, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(machine.Fqdn, name, StringComparison.OrdinalIgnoreCase))
        && (request.Architectures.Count == 0
        || request.Architectures.Any(architecture => Matches(machine.Architecture, Canonical(architecture))))
        && machine.CpuCount >= (request.CpuCount ?? 0)
        && machine.MemoryMiB >= (request.MemoryMiB ?? 0)
        && request.Tags.All(machine.Tags.Contains)
        && !request.NotTags.Any(machine.Tags.Contains)
        && (request.Zone is null || machine.Zone == request.Zone)
        && !request.NotInZones.Contains(machine.Zone)
        && (request.Pool is null || machine.Pool == request.Pool)
        && !request.NotInPools.Contains(machine.Pool);

    private static bool Matches(string architecture, string wanted) =>
        architecture == wanted
        || (!wanted.Contains('/', StringComparison.Ordinal) && architecture.StartsWith(wanted + "/", StringComparison.Ordinal));

    /// <summary>Juju says <c>arm</c> where MAAS says <c>armhf</c>.</summary>
    private static string Canonical(string architecture) => architecture == "arm" ? "armhf" : architecture;

    private static IEnumerable<(string Name, IReadOnlyList<string> Values)> Constraints(AllocationRequest request)
    {
        IEnumerable<(string Name, IReadOnlyList<string> Values)> all =
        [
            ("name", One(request.Name)),
            ("arch", request.Architectures),
            ("cpu_count", One(request.CpuCount?.ToString(CultureInfo.InvariantCulture))),
            ("mem", One(request.MemoryMiB?.ToString(CultureInfo.InvariantCulture))),
            ("tags", request.Tags),
            ("not_tags", request.NotTags),
            ("zone", One(request.Zone)),
            ("not_in_zone", request.NotInZones),
            ("pool", One(request.Pool)),
            ("not_in_pool", request.NotInPools),
        ];
        return all.Where(constraint => constraint.Values.Count > 0);

        static IReadOnlyList<string> One(string? value) => value is { Length: > 0 } ? [value] : [];
    }
}
