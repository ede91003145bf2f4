using System.Text.Json.Serialization;

namespace Maas.Core.Nodes;

/// <summary>
/// The health and the load of a host, as <c>Maas.Hosting</c> reports them by <see cref="Hosts.Report"/>. All lists are bounded: see there.
/// </summary>
public sealed record HostReport
{
    /// <summary>When it was made, by the store's clock.</summary>
    public DateTimeOffset Made { get; init; }

    /// <summary>The worst health of the parts.</summary>
    public HostHealth Health { get; init; }

    /// <summary>What was checked.</summary>
    public IReadOnlyList<HostPart> Parts { get; init; } = [];

    /// <summary>What the host counted since it was started.</summary>
    public IReadOnlyList<HostThroughput> Throughput { get; init; } = [];

    /// <summary>What its files take up.</summary>
    public IReadOnlyList<HostDiskUse> Disks { get; init; } = [];

    /// <summary>
    /// How many addresses are free in the reserve from which it grants leases while the shared lease store is away; <see langword="null"/>
    /// when it shares no leases.
    /// </summary>
    public int? FreeInLeaseReserve { get; init; }

    /// <summary>Memory of the process in bytes; 0 when not known.</summary>
    public long MemoryBytes { get; init; }
}

/// <summary>A part of a host, and its health.</summary>
/// <param name="Name">The name of its check, such as <c>maas-store</c>.</param>
/// <param name="Health">Its health.</param>
/// <param name="Description">Why, as a sentence; may be empty.</param>
public sealed record HostPart(string Name, HostHealth Health, string Description);

/// <summary>How often something happened on a host.</summary>
/// <param name="Name">What, such as <c>DHCP requests</c>.</param>
/// <param name="Unit">The unit of the counts: empty for events, <c>B</c> for bytes.</param>
/// <param name="Total">The count since the host was started.</param>
/// <param name="PerSecond">The mean of the last minute, or of the time since the start when that is shorter.</param>
public sealed record HostThroughput(string Name, string Unit, long Total, double PerSecond);

/// <summary>What files take up on a disk of a host.</summary>
public sealed record HostDiskUse
{
    /// <summary>What is stored, such as <c>images</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The bytes that it takes up; <see langword="null"/> when they were not counted.</summary>
    public long? Used { get; init; }

    /// <summary>The bytes that are free on its disk; <see langword="null"/> when the system does not tell them.</summary>
    public long? Free { get; init; }

    /// <summary>The size of its disk in bytes; <see langword="null"/> when the system does not tell it.</summary>
    public long? Size { get; init; }

    /// <summary>
    /// The bytes that are kept free on its disk: downloads are refused below it, and a store takes deletions alone. 0 for none.
    /// </summary>
    public long Spare { get; init; }
}

/// <summary>The health of a host, or of a part of it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HostHealth>))]
public enum HostHealth
{
    /// <summary>It was not checked: the host has no health checks.</summary>
    Unknown,

    /// <summary>It works.</summary>
    Healthy,

    /// <summary>It works, with a fault that an operator should know.</summary>
    Degraded,

    /// <summary>It does not work.</summary>
    Unhealthy,
}
