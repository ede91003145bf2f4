namespace Maas.Core.Nodes;

/// <summary>
/// Which devices to list. An empty list asks nothing; values in one list are alternatives, and the lists together must all agree.
/// </summary>
public sealed record DeviceFilter
{
    /// <summary>Ids.</summary>
    public IReadOnlyList<SystemId> Ids { get; init; } = [];

    /// <summary>Host names without a domain, in any case.</summary>
    public IReadOnlyList<string> Hostnames { get; init; } = [];

    /// <summary>Addresses of network interfaces.</summary>
    public IReadOnlyList<MacAddress> MacAddresses { get; init; } = [];

    /// <summary>Domains.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Ids of zones, as they are stored: that of a zone that does not exist any more is still the device's.</summary>
    public IReadOnlyList<long> Zones { get; init; } = [];

    /// <summary>User names of owners.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>The nodes that devices belong to.</summary>
    public IReadOnlyList<SystemId> Parents { get; init; } = [];

    /// <summary>Tags; here a device must have <em>all</em> of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Only devices that this user sees: its own, and those without an owner; <see langword="null"/> for all.</summary>
    public string? VisibleTo { get; init; }
}
