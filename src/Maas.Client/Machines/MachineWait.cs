namespace Maas.Client.Machines;

/// <summary>How to wait for a machine.</summary>
public sealed record MachineWait
{
    /// <summary>How often the server is asked.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait at most.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(60);
}
