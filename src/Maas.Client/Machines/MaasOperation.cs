namespace Maas.Client.Machines;

/// <summary>An operation that runs on a machine: commissioning, testing, deploying, erasing, releasing, or rescue mode.</summary>
public sealed record MaasOperation
{
    /// <summary>The machine.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its host name.</summary>
    public string Hostname { get => field ?? ""; init; }

    /// <summary>The machine's status, such as Deploying.</summary>
    public string Operation { get => field ?? ""; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When it fails unless the machine reports.</summary>
    public DateTimeOffset Deadline { get; init; }

    /// <summary>The step that was reached last, such as powered or image.</summary>
    public string Step { get => field ?? ""; init; }

    /// <summary>How much of the step is done, 0 to 100; null when not known.</summary>
    public int? Percent { get; init; }

    /// <summary>What the machine said last.</summary>
    public string Message { get => field ?? ""; init; }

    /// <summary>Why it does not go on; null when nothing is wrong.</summary>
    public string? Explanation { get; init; }

    /// <summary>Why the power action that is tried again failed last; null when none did.</summary>
    public string? PowerFailure { get; init; }
}
