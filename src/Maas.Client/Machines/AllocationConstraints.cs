namespace Maas.Client.Machines;

/// <summary>What an allocated machine must have. The server chooses the smallest one that fits.</summary>
public sealed record AllocationConstraints : IMaasFields
{
    /// <summary>This machine.</summary>
    public string? SystemId { get; init; }

    /// <summary>The machine with this host name.</summary>
    public string? Name { get; init; }

    /// <summary>One of these architectures, such as amd64.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>At least so many processors.</summary>
    public int? CpuCount { get; init; }

    /// <summary>At least so much memory, in MiB.</summary>
    public long? Memory { get; init; }

    /// <summary>All of these tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>None of these tags.</summary>
    public IReadOnlyList<string>? NotTags { get; init; }

    /// <summary>In this zone.</summary>
    public string? Zone { get; init; }

    /// <summary>In none of these zones.</summary>
    public IReadOnlyList<string>? NotInZones { get; init; }

    /// <summary>In this resource pool.</summary>
    public string? Pool { get; init; }

    /// <summary>In none of these resource pools.</summary>
    public IReadOnlyList<string>? NotInPools { get; init; }

    /// <summary>
    /// Linked to all of these subnets: a number, <c>name:</c>, <c>cidr:</c>, <c>space:</c>, <c>vlan:</c>, <c>fabric:</c>.
    /// </summary>
    public IReadOnlyList<string>? Subnets { get; init; }

    /// <summary>Linked to none of these subnets.</summary>
    public IReadOnlyList<string>? NotSubnets { get; init; }

    /// <summary>With these disks; the first one is the disk of the system.</summary>
    public IReadOnlyList<StorageConstraint>? Storage { get; init; }

    /// <summary>With these network interfaces.</summary>
    public IReadOnlyList<InterfaceConstraint>? Interfaces { get; init; }

    /// <summary>The name of the client; stored, and a filter of lists. Not a constraint.</summary>
    public string? AgentName { get; init; }

    /// <summary>A reason, for the journal. Not a constraint.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether only to say which machine it would be. Not a constraint.</summary>
    public bool? DryRun { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("system_id", SystemId).Add("name", Name).Add("arch", Architectures)
        .Add("cpu_count", CpuCount).Add("mem", Memory).Add("tags", Tags).Add("not_tags", NotTags)
        .Add("zone", Zone).Add("not_in_zone", NotInZones).Add("pool", Pool).Add("not_in_pool", NotInPools)
        .Add("subnets", Subnets).Add("not_subnets", NotSubnets)
        .Add("storage", Joined(',', Storage)).Add("interfaces", Joined(';', Interfaces))
        .Add("agent_name", AgentName).Add("comment", Comment).Add("dry_run", DryRun);

    private static string? Joined<T>(char separator, IReadOnlyList<T>? constraints) =>
        constraints is { Count: > 0 } ? string.Join(separator, constraints) : null;
}
