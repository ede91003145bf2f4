using System.Diagnostics;

namespace Maas.Testing;

/// <summary>How a simulated machine came to rest after it was turned on.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public abstract record SettledState
{
    private SettledState() { }

    /// <summary>It is off.</summary>
    /// <param name="Reason">Who turned it off, in words.</param>
    public sealed record Off(string Reason) : SettledState;

    /// <summary>The system on its disk is up: cloud-init has finished.</summary>
    public sealed record SystemRunning : SettledState;

    /// <summary>The ephemeral environment is up and waits for a person (rescue mode).</summary>
    public sealed record EnvironmentRunning : SettledState;

    /// <summary>A kernel was started that this simulation cannot play.</summary>
    /// <param name="CommandLine">Its command line.</param>
    public sealed record UnknownKernel(string CommandLine) : SettledState;

    /// <summary>It is on and nothing more will happen: no boot device, or an endless failure.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Stuck(string Reason) : SettledState;
}
