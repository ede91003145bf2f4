using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>
/// Which machines to list. An empty list asks nothing; values in one list are alternatives, and the lists together must all
/// agree. A value that no machine has simply matches none.
/// </summary>
public sealed record MachineFilter
{
    /// <summary>Ids.</summary>
    public IReadOnlyList<SystemId> Ids { get; init; } = [];

    /// <summary>Host names or fully qualified names, in any case.</summary>
    public IReadOnlyList<string> Hostnames { get; init; } = [];

    /// <summary>Addresses of network interfaces.</summary>
    public IReadOnlyList<MacAddress> MacAddresses { get; init; } = [];

    /// <summary>Statuses.</summary>
    public IReadOnlyList<MachineStatus> Statuses { get; init; } = [];

    /// <summary>Power states.</summary>
    public IReadOnlyList<MachinePowerState> PowerStates { get; init; } = [];

    /// <summary>Owners' user names.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>Keys of the API tokens machines were allocated with.</summary>
    public IReadOnlyList<string> AllocatedByTokens { get; init; } = [];

    /// <summary>
    /// Owners' user names that a machine must not have; a machine without an owner has none of them.
    /// </summary>
    public IReadOnlyList<string> NotOwners { get; init; } = [];

    /// <summary>Whether a machine must have an owner, or must not; <see langword="null"/> asks nothing.</summary>
    public bool? HasOwner { get; init; }

    /// <summary>What allocating clients called themselves.</summary>
    public IReadOnlyList<string> AgentNames { get; init; } = [];

    /// <summary>Tags; here a machine must have <em>all</em> of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Tags of which a machine must have none.</summary>
    public IReadOnlyList<string> NotTags { get; init; } = [];

    /// <summary>Whether a machine must have a tag, or must not have any; <see langword="null"/> asks nothing.</summary>
    public bool? HasTags { get; init; }

    /// <summary>Domains.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Ids of zones.</summary>
    public IReadOnlyList<long> Zones { get; init; } = [];

    /// <summary>Ids of zones that a machine must not be in.</summary>
    public IReadOnlyList<long> NotZones { get; init; } = [];

    /// <summary>Ids of resource pools.</summary>
    public IReadOnlyList<long> Pools { get; init; } = [];

    /// <summary>Ids of resource pools that a machine must not be in.</summary>
    public IReadOnlyList<long> NotPools { get; init; } = [];

    /// <summary>
    /// Parts of a machine's fully qualified name, id, owner, IP addresses, MAC addresses or tags, in any case; a machine must have
    /// <em>all</em> of them.
    /// </summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>
    /// Texts that a machine must not contain where <see cref="Search"/> looks, in any case. An empty text asks nothing.
    /// </summary>
    public IReadOnlyList<string> NotSearch { get; init; } = [];

    /// <summary>Conditions on records of the machine; all of them must hold.</summary>
    public IReadOnlyList<NodeRecordCondition> Records { get; init; } = [];

    /// <summary>Only machines that this user sees: its own, and those without an owner; <see langword="null"/> for all.</summary>
    public string? VisibleTo { get; init; }

    /// <summary>
    /// Only machines with a higher <see cref="Machine.Number"/>, or a lower one in descending order: the last one of the page before. 0 for
    /// the first page.
    /// </summary>
    public long AfterNumber { get; init; }

    /// <summary>
    /// Orders the machines by <see cref="Machine.Hostname"/>, by the values of its characters, and only those that follow this one are
    /// listed: the last of the page before, or an empty text for the first page. <see langword="null"/> orders them by
    /// <see cref="Machine.Number"/>.
    /// </summary>
    public string? AfterHostname { get; init; }

    /// <summary>Whether the order is descending. Default <see langword="false"/>.</summary>
    public bool IsDescending { get; init; }

    /// <summary>
    /// How many machines to skip at the beginning, 0 upward. They are not read, but a store walks past them: a list that is read in pages
    /// continues after the last machine of the page before, and skips only to jump.
    /// </summary>
    public int Offset { get; init; }

    /// <summary>At most so many, 1 upward; <see langword="null"/> for all.</summary>
    public int? Limit { get; init; }
}
