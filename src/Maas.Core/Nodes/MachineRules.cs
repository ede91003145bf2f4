using System.Text.RegularExpressions;

namespace Maas.Core.Nodes;

/// <summary>What a machine's description may be.</summary>
internal static partial class MachineRules
{
    /// <summary>Network interfaces a machine may have.</summary>
    public const int MostInterfaces = 64;

    private const int LongestText = NodeRules.LongestText;

    /// <summary>Architectures that machines are made of.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["amd64", "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x"];

    public static string FullArchitecture(string architecture) =>
        architecture.Contains('/', StringComparison.Ordinal) ? architecture : architecture + "/generic";

    public static Machine Make(NewMachine spec, SystemId id, string defaultDomain, DateTimeOffset now)
    {
        // A name with dots brings its domain along.
        var name = (spec.Hostname ?? "").ToLowerInvariant().Split('.', 2);
        var addresses = spec.MacAddresses.Distinct().ToList();
        return new Machine
        {
            Id = id,
            Hostname = name[0].Length > 0 ? name[0] : "node-" + (addresses.Count > 0 ? addresses[0].ToCompactString() : id.ToString()),
            Domain = spec.Domain ?? (name.Length > 1 ? name[1] : defaultDomain),
            Architecture = FullArchitecture(spec.Architecture),
            MacAddresses = addresses,
            HardwareUuid = spec.HardwareUuid?.ToLowerInvariant(),
            CpuCount = spec.CpuCount,
            MemoryMiB = spec.MemoryMiB,
            ControllerIdentity = spec.ControllerIdentity,
            Power = spec.Power,
            Description = spec.Description,
            MinHweKernel = spec.MinHweKernel,
            ZoneId = spec.ZoneId,
            PoolId = spec.PoolId,
            Status = MachineLifecycle.Initial,
            StatusSince = now,
            Created = now,
            Updated = now,
        };
    }

    /// <summary>The machine as it is, with the description of another: what an edit may change, and nothing else.</summary>
    public static Machine WithDescriptionOf(Machine machine, Machine edited) => machine with
    {
        Hostname = edited.Hostname.ToLowerInvariant(),
        Domain = edited.Domain,
        Description = edited.Description,
        Architecture = FullArchitecture(edited.Architecture),
        MacAddresses = [.. edited.MacAddresses.Distinct()],
        HardwareUuid = edited.HardwareUuid?.ToLowerInvariant(),
        Power = edited.Power,
        PowerDetected = machine.PowerDetected && machine.Power.HasSameValuesAs(edited.Power),
        OwnerData = edited.OwnerData,
        Tags = [.. edited.Tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        ZoneId = edited.ZoneId,
        PoolId = edited.PoolId,
        Hardware = edited.Hardware,
        CpuCount = edited.CpuCount,
        MemoryMiB = edited.MemoryMiB,
        BootDisk = edited.BootDisk,
        MinHweKernel = edited.MinHweKernel,
        SwapSize = edited.SwapSize,
        IpAddresses = edited.IpAddresses,
    };

    /// <summary>The first field that is not allowed, and why; <see langword="null"/> when all are.</summary>
    /// <param name="machine">As it will be.</param>
    /// <param name="before">As it is, when it is an edit: a name that it has already stays allowed.</param>
    /// <param name="alsoReserved">Further names that no machine may take.</param>
    public static (string Field, string Reason)? Check(Machine machine, Machine? before = null, IReadOnlyCollection<string>? alsoReserved =
        null)
    {
        if (NodeRules.CheckName(machine.Hostname, machine.Domain, before?.Hostname, alsoReserved) is { } wrongName) return wrongName;
        if (!Architecture().IsMatch(machine.Architecture) || !Architectures.Contains(machine.Architecture.Split('/')[0]))
            return ("architecture", $"'{Shorten(machine.Architecture)}' is not a known architecture.");
        // MAAS takes an IPMI machine whose addresses are not known yet: its controller is what it is known by.
        if (machine.MacAddresses.Count > MostInterfaces || (machine.MacAddresses.Count == 0 && machine.Power.Type != "ipmi"))
            return ("mac_addresses", $"A machine has 1 to {MostInterfaces} addresses.");
        foreach (var address in machine.MacAddresses)
        {
            if (!address.IsUnicast) return ("mac_addresses", $"{address} does not name one interface.");
        }

        if (machine.HardwareUuid is { } uuid && !Guid.TryParse(uuid, out _)) return ("hardware_uuid", "Not a UUID.");
        if (NodeRules.CheckTexts(machine.Description, machine.OwnerData, machine.Tags) is { } wrongText) return wrongText;
        if (machine.Power.Type.Length > 64 || machine.Power.Parameters.Count > 64
            || machine.Power.Parameters.Any(each => each.Key.Length is 0 or > 64 || each.Value.Length > LongestText))
            return ("power_parameters", $"At most 64 parameters with names of 1 to 64 and values of at most {LongestText} characters.");
        if (machine.MinHweKernel.Length > 64) return ("min_hwe_kernel", "At most 64 characters.");
        if (machine.SwapSize < 0) return ("swap_size", "At least 0.");
        if (machine.CpuCount < 0 || machine.MemoryMiB < 0) return (machine.CpuCount < 0 ? "cpu_count" : "memory", "At least 0.");
        return null;
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "…";

    [GeneratedRegex(@"\A[a-z0-9]{1,16}/[a-z0-9_.-]{1,32}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Architecture();
}
