namespace Maas.Core.Nodes;

/// <summary>Whom a machine is for, and what it must be. What is left out asks nothing.</summary>
public sealed record AllocationRequest
{
    /// <summary>User name of the owner-to-be.</summary>
    public required string Owner { get; init; }

    /// <summary>Key of the API token used.</summary>
    public string? TokenKey { get; init; }

    /// <summary>What the client calls itself; stored, not matched.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The caller's reason; it goes into the event.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether to only say which machine it would be.</summary>
    public bool DryRun { get; init; }

    /// <summary>Host name or fully qualified name.</summary>
    public string? Name { get; init; }

    /// <summary>This machine and no other.</summary>
    public string? SystemId { get; init; }

    /// <summary>Architectures that will do: <c>amd64</c> for any <c>amd64/*</c>, or both parts.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>At least so many logical processors.</summary>
    public double? CpuCount { get; init; }

    /// <summary>At least so much memory, in MiB.</summary>
    public double? MemoryMiB { get; init; }

    /// <summary>All of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>None of these tags.</summary>
    public IReadOnlyList<string> NotTags { get; init; } = [];

    /// <summary>In this zone.</summary>
    public string? Zone { get; init; }

    /// <summary>In none of these zones.</summary>
    public IReadOnlyList<string> NotInZones { get; init; } = [];

    /// <summary>In this resource pool.</summary>
    public string? Pool { get; init; }

    /// <summary>In none of these resource pools.</summary>
    public IReadOnlyList<string> NotInPools { get; init; } = [];
}

/// <summary>What became of an allocation.</summary>
public abstract record AllocationResult
{
    private AllocationResult() { }

    /// <summary>This one.</summary>
    /// <param name="Machine">As stored; still Ready after a dry run.</param>
    public sealed record Allocated(Machine Machine) : AllocationResult;

    /// <summary>No free machine fits.</summary>
    /// <param name="Reason">MAAS's words for it.</param>
    public sealed record NoMachine(string Reason) : AllocationResult;

    /// <summary>A constraint makes no sense.</summary>
    /// <param name="Constraint">Its API name.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Invalid(string Constraint, string Reason) : AllocationResult;
}
