namespace VmLab.Servers;

/// <summary>What the operator of a lab's server chose.</summary>
public sealed record ServerSetup
{
    /// <summary><c>full</c>, <c>proxy</c> or <c>observe</c>.</summary>
    public string Mode { get; init; } = "full";

    /// <summary>The addresses to lease, in mode full.</summary>
    public string Range { get; init; } = "10.77.0.100-10.77.0.200";

    /// <summary>The server's options that say so.</summary>
    public IEnumerable<string> Arguments => Mode == "full" ? ["--mode", Mode, "--range", Range] : ["--mode", Mode];
}
