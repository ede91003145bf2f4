namespace Maas.Core.Events;

/// <summary>Something that happened, as written in the journal.</summary>
/// <param name="Id">1 upward, in the order of writing.</param>
/// <param name="At">When.</param>
/// <param name="MachineId">Which machine, which may be deleted since; <see langword="null"/> for none.</param>
/// <param name="Hostname">The machine's host name at that time; empty for none.</param>
/// <param name="OperationId">The operation it belongs to; <see langword="null"/> for none.</param>
/// <param name="Note">What happened.</param>
public sealed record Event(long Id, DateTimeOffset At, SystemId? MachineId, string Hostname, Guid? OperationId, EventNote Note);

/// <summary>What happened, before it is written.</summary>
/// <param name="Level">How grave it is.</param>
/// <param name="Type">A short name of the kind, such as <c>Deploying</c>; the same kind always has the same.</param>
/// <param name="Description">In words, without secrets.</param>
/// <param name="Username">Who did it; <see langword="null"/> for the machine or the system.</param>
public sealed record EventNote(EventLevel Level, string Type, string Description, string? Username = null)
{
    private const int LongestType = 100;
    private const int LongestDescription = 4000;

    /// <summary>A short name of the kind; at most 100 characters, without control characters.</summary>
    public string Type { get; init => field = LogText.From(value, LongestType); } = LogText.From(Type, LongestType);

    /// <summary>What happened, without secrets; at most 4000 characters, without control characters.</summary>
    public string Description { get; init => field = LogText.From(value, LongestDescription); } =
        LogText.From(Description, LongestDescription);
}

/// <summary>How grave an event is. Numbers are MAAS's.</summary>
public enum EventLevel
{
    /// <summary>A person's change, for the record.</summary>
    Audit = 0,

    /// <summary>For the curious.</summary>
    Debug = 10,

    /// <summary>The normal course.</summary>
    Info = 20,

    /// <summary>Something a person might want to look at.</summary>
    Warning = 30,

    /// <summary>Something failed.</summary>
    Error = 40,

    /// <summary>Something is badly wrong.</summary>
    Critical = 50,
}
