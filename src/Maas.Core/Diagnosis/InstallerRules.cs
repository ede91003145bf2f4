namespace Maas.Core.Diagnosis;

/// <summary>An operating system's own installer was started, and does not report, or stops.</summary>
internal static class InstallerRules
{
    // An installer loads its live medium or its second stage, gigabytes at times, before it asks for its answer files.
    private static readonly TimeSpan MediumTime = TimeSpan.FromMinutes(15);

    // Signs of life come every two minutes, once the installer has loaded what it needs.
    private static readonly TimeSpan SilentTime = TimeSpan.FromMinutes(15);

    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        new("installer-not-started", DiagnosisPhase.Agent, NotStarted)
        {
            Symptom = "the kernel of an installer is fetched, or is another server's, and the installer asks for no address",
            Cause = "The installer's kernel does not start, has no driver for the network card, or was not fetched from the server that "
                + "the recipe names.",
            NextStep = "Look at the console; check the recipe's kernel and initial ram disk, which must be of one release and of the "
                + "machine's architecture.",
        },
        new("answers-not-fetched", DiagnosisPhase.Agent, AnswersNotFetched)
        {
            Symptom = "an installer has an address, and does not ask for its answer files within 15 minutes",
            Cause = "The installer still loads its live medium, cannot load it (the address is wrong, or the machine has too little memory "
                + "for it), or cannot reach this server's HTTP port.",
            NextStep = "Look at the console; fetch the medium's URL and http://SERVER:PORT/MAAS/ from the machine's network.",
        },
        new("installer-silent", DiagnosisPhase.Installation, Silent)
        {
            Symptom = "an installer has fetched its answer files, and nothing is heard of it for 15 minutes",
            Cause = "The installer stopped or waits for a person: it asks what its answer file does not answer, lost its network, or was "
                + "turned off.",
            NextStep = "Look at the console, and at the installer's log there; preview the answer file (op=get_curtin_config) and correct "
                + "its template.",
        },
    ];

    private static Finding? NotStarted(BootTrace trace) =>
        trace is { IsOfInstaller: true, AwaitsAgent: true, Current: { AgentDhcp.Count: 0 } attempt } && IsLoaded(attempt)
            && AgentRules.IsOver(trace, attempt, BootTrace.KernelTime)
            ? new Finding(
                ExplanationConfidence.Inferred, [.. attempt.Scripts, .. attempt.KernelFiles],
                BootAttempt.KernelOf(attempt.Scripts) is { } kernel && BootAttempt.IsElsewhere(kernel)
                    ? $"The boot program cannot fetch {kernel}, or the kernel does not start or has no driver for the network card."
                    : null)
            : null;

    private static Finding? AnswersNotFetched(BootTrace trace) =>
        trace.IsOfInstaller && AgentRules.Started(trace) is { AgentDhcp.Count: > 0 } attempt && attempt.AgentDhcp.Any(AgentRules.HasAddress)
            && (trace.HasFailed || trace.Now - attempt.End >= MediumTime)
            ? new Finding(ExplanationConfidence.Inferred, [.. attempt.AgentDhcp.Where(AgentRules.HasAddress)])
            : null;

    private static Finding? Silent(BootTrace trace) =>
        trace is { IsOfInstaller: true, AwaitsTask: true } && (trace.HasFailed
            ? trace.HasTimedOut
            : trace.IsSilentFor(SilentTime))
            ? new Finding(ExplanationConfidence.Inferred, [.. trace.Entries.Where(entry => !BootTrace.IsDeadline(entry)).TakeLast(1)])
            : null;

    private static bool IsLoaded(BootAttempt attempt) => attempt.KernelFiles.Count > 0
        ? attempt.KernelFiles.All(entry => entry.Transfer is { Outcome: "completed" })
        : BootAttempt.IsElsewhere(BootAttempt.KernelOf(attempt.Scripts));
}
