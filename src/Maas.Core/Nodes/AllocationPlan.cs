using Maas.Core.Constraints;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>
/// A request with names looked up: what the store selects candidates by, and what is evaluated on each candidate. Pure. The store's
/// conditions on interfaces and disks only leave out machines that cannot fit; <see cref="Match"/> decides.
/// </summary>
internal sealed class AllocationPlan
{
    private readonly AllocationRequest _request;
    private readonly IReadOnlyList<StorageConstraint> _storage;
    private readonly IReadOnlyList<InterfaceConstraint> _interfaces;
    private readonly IReadOnlyList<NetworkConstraint> _networks;
    private readonly DeviceConstraint? _devices;

    private AllocationPlan(
        AllocationRequest request, IReadOnlyList<StorageConstraint> storage, IReadOnlyList<InterfaceConstraint> interfaces,
        IReadOnlyList<NetworkConstraint> networks, DeviceConstraint? devices) =>
        (_request, _storage, _interfaces, _networks, _devices) = (request, storage, interfaces, networks, devices);

    /// <summary>Which machines to read.</summary>
    public CandidateFilter Filter { get; private init; } = new();

    /// <summary>Whether no machine can fit, whatever there is.</summary>
    public bool IsHopeless { get; private init; }

    /// <summary>Whether the interfaces and disks of candidates are needed.</summary>
    public bool NeedsConfigs => _storage.Count + _interfaces.Count + _networks.Count > 0;

    /// <summary>Looks up what a request names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tags">The names of all tags, when the request names some.</param>
    /// <param name="topology">The shared nouns.</param>
    /// <param name="plan">The plan.</param>
    /// <returns>The constraint that makes no sense; <see langword="null"/> when all do.</returns>
    public static AllocationResult.Invalid? TryMake(
        AllocationRequest request, IReadOnlyCollection<string> tags, TopologySnapshot topology, out AllocationPlan plan)
    {
        plan = new AllocationPlan(request, [], [], [], null);
        if (AllocationChecks.FindInvalid(request, tags, topology) is { } invalid) return invalid;

        IReadOnlyList<StorageConstraint> storage = [];
        if (request.Storage is { Length: > 0 } disks && !StorageConstraint.TryParse(disks, out storage))
            return new("storage", $"Malformed storage constraint, \"{LabeledConstraint.Echo(disks)}\".");
        if (LabeledConstraint.TryParse(request.Interfaces ?? "", out var labeled) is { } malformed) return new("interfaces", malformed);
        List<InterfaceConstraint> interfaces = [];
        foreach (var each in labeled)
        {
            if (InterfaceConstraint.TryResolve(each, topology, out var resolved) is { } unknown) return new("interfaces", unknown);
            interfaces.Add(resolved);
        }

        DeviceConstraint? devices = null;
        if (request.Devices is { Length: > 0 } text && DeviceConstraint.TryParse(text, out devices) is { } wrong)
            return new("devices", wrong);

        SystemId[] ids = SystemId.TryParse(request.SystemId ?? "", out var id) ? [id] : [];
        NetworkConstraint[] networks = [.. AllocationNetworks.Of(request, topology)];
        plan = new AllocationPlan(request, storage, interfaces, networks, devices)
        {
            IsHopeless = request.Pods.Count > 0 || (request.SystemId is not null && ids.Length == 0),
            Filter = new CandidateFilter
            {
                Ids = ids,
                Hostnames = request.Name is { Length: > 0 } name ? [name] : [],
                Architectures = [.. request.Architectures.Select(AllocationChecks.Canonical)],
                MinimumCpuCount = request.CpuCount ?? 0,
                MinimumMemoryMiB = request.MemoryMiB ?? 0,
                Tags = request.Tags,
                NotTags = request.NotTags,
                Zones = request.Zone is { } zone ? IdsOf([zone], topology.FindZone) : [],
                NotZones = IdsOf(request.NotInZones, topology.FindZone),
                Pools = request.Pool is { } pool ? IdsOf([pool], topology.FindPool) : [],
                NotPools = IdsOf(request.NotInPools, topology.FindPool),
                Records =
                [
                    .. networks.SelectMany(LinkIndex.ConditionsOf), .. interfaces.SelectMany(LinkIndex.ConditionsOf), .. Of(storage),
                ],
            },
        };
        return null;
    }

    /// <summary>What answers the labels on a candidate; <see langword="null"/> when it does not fit.</summary>
    /// <param name="machine">A machine that the store selected.</param>
    /// <param name="config">Its interfaces and disks; <see langword="null"/> when they are not needed.</param>
    public AllocationResult.Allocated? Match(Machine machine, NodeConfig? config)
    {
        if (_request.PodTypes.Count > 0 && !_request.PodTypes.Contains(machine.Power.Type)) return null;
        if (_request.NotPodTypes.Contains(machine.Power.Type)) return null;
        if (_request.CpuSpeed is { } mhz && !(machine.Hardware?.Cpu.MaxMhz >= mhz)) return null;
        if (_devices?.Matches(machine.Hardware) is false) return null;
        if (config is null) return NeedsConfigs ? null : new AllocationResult.Allocated(machine);

        if (!_networks.All(each => each.Matches(config.Network, machine.Hostname))) return null;
        if (StorageMatcher.Match(config.Storage, _storage) is not { } disks) return null;
        var interfaces = _interfaces.Select(each => KeyValuePair.Create(each.Label, each.Match(config.Network, machine.Hostname))).ToList();
        if (interfaces.Exists(each => each.Value.Count == 0)) return null;
        return new AllocationResult.Allocated(machine)
        {
            Storage =
            [
                .. _storage.Zip(disks, (constraint, target) => KeyValuePair.Create(constraint.Label, target))
                    .Where(each => each.Key.Length > 0),
            ],
            Interfaces = interfaces,
        };
    }

    // A machine that an earlier version commissioned has no stored configuration.
    private static IEnumerable<NodeRecordCondition> Of(IReadOnlyList<StorageConstraint> storage) => storage.Count == 0
        ? []
        : [new NodeRecordCondition(NodeTables.Configs, DiskIndex.ConditionsOf(storage)) { Unless = NodeTables.Configs }];

    // Names that do not exist were refused before.
    private static IReadOnlyList<long> IdsOf<T>(IReadOnlyList<string> names, Func<string, T?> find)
        where T : StoredRecord => [.. names.Select(find).OfType<T>().Select(each => each.Id)];
}
