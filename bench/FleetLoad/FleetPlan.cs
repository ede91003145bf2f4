namespace FleetLoad;

/// <summary>How large a simulated fleet is.</summary>
internal sealed record FleetPlan
{
    /// <summary>Machines, spread evenly over the sites.</summary>
    public required int Machines { get; init; }

    /// <summary>Sites, each a segment of the network with DHCP and TFTP of its own; up to 250.</summary>
    public int Sites { get; init; } = 1;

    /// <summary>Hosts that share the store; the sites are spread evenly over them.</summary>
    public int Hosts { get; init; } = 1;

    /// <summary>How many machines are under way at once, at most.</summary>
    public int AtOnce { get; init; } = int.MaxValue;

    /// <summary>A SQLite file; <see langword="null"/> for a store in memory.</summary>
    public string? File { get; init; }

    /// <summary>Whether the store is <c>InMemoryMaasStore</c> instead of SQLite.</summary>
    public bool UsesInMemoryStore { get; init; }

    /// <summary>Determines the run of the network.</summary>
    public int Seed { get; init; } = 1;
}
