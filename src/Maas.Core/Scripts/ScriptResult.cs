namespace Maas.Core.Scripts;

/// <summary>One script's run, or run to be, on one machine.</summary>
public sealed record ScriptResult
{
    /// <summary>The statuses of a script that may still report.</summary>
    public static IReadOnlyList<ScriptStatus> Unfinished { get; } =
        [ScriptStatus.Pending, ScriptStatus.Running, ScriptStatus.Installing, ScriptStatus.ApplyingNetwork];

    /// <summary>1 upward; MAAS's <c>script_result_id</c>.</summary>
    public long Id { get; init; }

    /// <summary>On which machine.</summary>
    public required SystemId MachineId { get; init; }

    /// <summary>In which operation.</summary>
    public required Guid OperationId { get; init; }

    /// <summary>What it is run for.</summary>
    public required ScriptKind Kind { get; init; }

    /// <summary>The script's name.</summary>
    public required string Name { get; init; }

    /// <summary>How far it is.</summary>
    public ScriptStatus Status { get; init; }

    /// <summary>Its exit status; <see langword="null"/> until it ended.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>When it began; <see langword="null"/> until then.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ended; <see langword="null"/> until then.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How long it may take; zero for no limit.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>What the script was when it was scheduled, with the values of its parameters.</summary>
    public ScheduledScript Script { get; init; } = ScheduledScript.Unknown;

    /// <summary>Whether an administrator decided that the result does not count, although it is a failure.</summary>
    public bool Suppressed { get; init; }
}

/// <summary>What a script printed. Bytes, because a machine may print anything.</summary>
/// <param name="Combined">Both streams as they came.</param>
/// <param name="StandardOutput">Standard output.</param>
/// <param name="StandardError">Standard error.</param>
public sealed record ScriptOutput(ReadOnlyMemory<byte> Combined, ReadOnlyMemory<byte> StandardOutput, ReadOnlyMemory<byte> StandardError)
{
    /// <summary>What the script wrote to <c>RESULT_PATH</c>: YAML; empty when it wrote nothing.</summary>
    public ReadOnlyMemory<byte> Report { get; init; }

    /// <summary>How many bytes it has.</summary>
    internal long Length => (long)Combined.Length + StandardOutput.Length + StandardError.Length + Report.Length;
}

/// <summary>What a script is run for.</summary>
public enum ScriptKind
{
    /// <summary>Inventory.</summary>
    Commissioning,

    /// <summary>Tests.</summary>
    Testing,

    /// <summary>Release.</summary>
    Release,

    /// <summary>Deployment.</summary>
    Deployment,
}

/// <summary>How far a script is. Numbers are MAAS's.</summary>
public enum ScriptStatus
{
    /// <summary>Not begun.</summary>
    Pending = 0,

    /// <summary>Begun.</summary>
    Running = 1,

    /// <summary>Ended with 0.</summary>
    Passed = 2,

    /// <summary>Ended with something else.</summary>
    Failed = 3,

    /// <summary>Took too long.</summary>
    TimedOut = 4,

    /// <summary>Was stopped, or never begun, because the operation ended.</summary>
    Aborted = 5,

    /// <summary>Ended well enough.</summary>
    Degraded = 6,

    /// <summary>Installing what it needs.</summary>
    Installing = 7,

    /// <summary>What it needs could not be installed.</summary>
    FailedInstalling = 8,

    /// <summary>Left out on purpose.</summary>
    Skipped = 9,

    /// <summary>Setting up the network that it needs.</summary>
    ApplyingNetwork = 10,

    /// <summary>The network that it needs could not be set up.</summary>
    FailedApplyingNetwork = 11,
}
