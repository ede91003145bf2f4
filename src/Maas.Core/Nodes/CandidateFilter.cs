namespace Maas.Core.Nodes;

/// <summary>
/// Which machines an allocation chooses from: those that are Ready, without an owner and not locked, and that fit the rest. An empty list
/// asks nothing.
/// </summary>
public sealed record CandidateFilter
{
    /// <summary>One of these ids.</summary>
    public IReadOnlyList<SystemId> Ids { get; init; } = [];

    /// <summary>One of these host names or fully qualified names, in any case.</summary>
    public IReadOnlyList<string> Hostnames { get; init; } = [];

    /// <summary>One of these architectures: <c>amd64</c> for any <c>amd64/*</c>, or both parts.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>At least so many logical processors.</summary>
    public double MinimumCpuCount { get; init; }

    /// <summary>At least so much memory, in MiB.</summary>
    public double MinimumMemoryMiB { get; init; }

    /// <summary>All of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>None of these tags.</summary>
    public IReadOnlyList<string> NotTags { get; init; } = [];

    /// <summary>In one of the zones with these ids.</summary>
    public IReadOnlyList<long> Zones { get; init; } = [];

    /// <summary>In none of the zones with these ids.</summary>
    public IReadOnlyList<long> NotZones { get; init; } = [];

    /// <summary>In one of the resource pools with these ids.</summary>
    public IReadOnlyList<long> Pools { get; init; } = [];

    /// <summary>In none of the resource pools with these ids.</summary>
    public IReadOnlyList<long> NotPools { get; init; } = [];

    /// <summary>Conditions on records of the machine; all of them must hold.</summary>
    public IReadOnlyList<NodeRecordCondition> Records { get; init; } = [];

    /// <summary>
    /// Only machines after this place: that of the last machine of the page before. <see langword="null"/> for the first page.
    /// </summary>
    public CandidateRank? After { get; init; }

    /// <summary>At most so many, 1 upward.</summary>
    public int Limit { get; init; } = 100;
}
