using System.Globalization;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Inventory;

namespace Maas.Core.Diagnosis;

/// <summary>The kernel was fetched, and the agent does not report, or stops.</summary>
internal static class AgentRules
{
    private const int LeastMemoryMiB = 320;

    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        new("no-agent", DiagnosisPhase.Agent, NoAgent)
        {
            Symptom = "kernel and initial ram disk are fetched, and the agent asks for no address",
            Cause = "The kernel does not start, or has no driver for the network card: the PCI id of the card is not in the environment's "
                + "modules.",
            NextStep = "Look at the console for \"MAAS-AGENT failed\" or a panic; add the card's module to the environment "
                + "(Maas:Ephemeral:Modules).",
        },
        new("agent-without-address", DiagnosisPhase.Agent, AgentWithoutAddress)
        {
            Symptom = "the agent asks for an address and gets none",
            Cause = "The agent's DHCP requests are not answered: the range is full, or the link is another than the firmware's.",
            NextStep = "Enlarge the dynamic range; check which card the machine boots from.",
        },
        new("api-unreachable", DiagnosisPhase.Agent, ApiUnreachable)
        {
            Symptom = "the agent has an address, and does not trade its boot token",
            Cause = "The agent cannot reach the server's HTTP port: a firewall blocks it, or the address in maas.url is not reachable from "
                + "the machine's network.",
            NextStep = "Fetch http://SERVER:PORT/MAAS/ from the machine's network; correct HttpPort or the firewall.",
        },
        new("clock-skew", DiagnosisPhase.Agent, ClockSkew)
        {
            Symptom = "the machine's clock is more than five minutes behind the server's",
            Cause = "The machine's clock is wrong, and its requests are refused as too old.",
            NextStep = "Set the clock in the firmware; let machines use this server's NTP; check the server's own clock.",
        },
        new("out-of-memory", DiagnosisPhase.Agent, OutOfMemory)
        {
            Symptom = "the agent or the kernel reports too little memory, or the machine is known to have less than 320 MiB",
            Cause = "The machine has too little memory for the ephemeral environment.",
            NextStep = "Give the machine at least 320 MiB.",
        },
        new("agent-silent", DiagnosisPhase.Agent, AgentSilent)
        {
            Symptom = "the agent has reported, and is silent for ten minutes",
            Cause = "The agent stopped: the machine was turned off or restarted, lost its network, or a disk does not answer.",
            NextStep = "Look at the console; abort the operation and start it again.",
        },
    ];

    private static Finding? NoAgent(BootTrace trace) =>
        Kernel(trace) is { AgentDhcp.Count: 0 } attempt && HasAll(attempt) && IsOver(trace, attempt, BootTrace.KernelTime)
            ? new Finding(ExplanationConfidence.Inferred, attempt.KernelFiles, NoAgentCause(trace.Machine.Hardware))
            : null;

    private static string? NoAgentCause(Hardware? hardware)
    {
        List<string> cards =
        [
            .. (hardware?.Interfaces ?? []).Where(card => card.Vendor.Length > 0)
                .Select(card => $"{card.Vendor}:{card.Product}{(card.Driver.Length > 0 ? $" ({card.Driver})" : "")}")
                .Distinct(StringComparer.Ordinal).Take(4),
        ];
        return cards.Count == 0
            ? null
            : "The kernel does not start, or has no driver for the network card: the inventory names the PCI ids "
                + $"{string.Join(", ", cards)}, which must be in the environment's modules.";
    }

    private static Finding? AgentWithoutAddress(BootTrace trace) =>
        Started(trace) is { AgentDhcp.Count: > 0 } attempt && !attempt.AgentDhcp.Any(HasAddress)
            && IsOver(trace, attempt, BootTrace.StepTime)
            ? new Finding(
                ExplanationConfidence.Observed, attempt.AgentDhcp,
                $"The {(trace.IsOfInstaller ? "installer" : "agent")} asks for an address and gets none: "
                    + $"{attempt.AgentDhcp[^1].Dhcp?.Rule}.")
            : null;

    private static Finding? ApiUnreachable(BootTrace trace) =>
        Kernel(trace) is { AgentDhcp.Count: > 0 } attempt && attempt.AgentDhcp.Any(HasAddress)
            && IsOver(trace, attempt, BootTrace.StepTime)
            ? new Finding(ExplanationConfidence.Inferred, [.. attempt.AgentDhcp.Where(HasAddress)])
            : null;

    private static Finding? ClockSkew(BootTrace trace)
    {
        if (!trace.WaitsOrFailed) return null;
        // A request from the future is accepted.
        var skewed = trace.Entries.Where(entry => entry.Evidence is BootEvidence.Logged { ClockOffset: var offset }
            && offset < -NonceStore.Window).ToList();
        if (skewed.Count > 0 && skewed[^1].Evidence is BootEvidence.Logged { ClockOffset: var by })
            return new Finding(
                ExplanationConfidence.Observed, skewed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The machine's clock is {-by.TotalSeconds:0} s behind the server's; requests that are more than "
                    + $"{NonceStore.Window.TotalSeconds:0} s old are refused."));
        return Said(trace, "Expired timestamp", "System clock wrong by", "certificate is not yet valid");
    }

    private static Finding? OutOfMemory(BootTrace trace)
    {
        if (!trace.WaitsOrFailed) return null;
        if (Said(trace, "too little memory", "Out of memory: Killed process", "deadlocked on memory", "oom-kill:") is { } said) return said;
        return trace.Machine.MemoryMiB is > 0 and < LeastMemoryMiB && Kernel(trace) is { AgentDhcp.Count: 0 } attempt
            && IsOver(trace, attempt, BootTrace.KernelTime)
            ? new Finding(
                ExplanationConfidence.Observed, attempt.KernelFiles,
                $"The machine has {trace.Machine.MemoryMiB} MiB of memory, and the ephemeral environment needs {LeastMemoryMiB} MiB.")
            : null;
    }

    private static Finding? AgentSilent(BootTrace trace) =>
        trace.AwaitsTask && !trace.IsOfInstaller && (trace.HasFailed
            ? trace.HasTimedOut
            : trace.IsSilentFor(BootTrace.WorkTime))
            ? new Finding(ExplanationConfidence.Inferred, [.. trace.Entries.Where(entry => !BootTrace.IsDeadline(entry)).TakeLast(1)])
            : null;

    private static Finding? Said(BootTrace trace, params ReadOnlySpan<string> phrases)
    {
        List<TraceEntry> said = [];
        foreach (var entry in trace.Entries)
            if ((entry.Note is { Level: >= EventLevel.Warning } || entry.Evidence is BootEvidence.Logged) && entry.Says(phrases))
                said.Add(entry);
        return said.Count == 0 ? null : new Finding(ExplanationConfidence.Stated, said);
    }

    // An installer has rules of its own.
    private static BootAttempt? Kernel(BootTrace trace) => trace.IsOfInstaller ? null : Started(trace);

    internal static BootAttempt? Started(BootTrace trace) =>
        trace.AwaitsAgent && trace.Current is { Stage: >= BootStage.Kernel } attempt ? attempt : null;

    private static bool HasAll(BootAttempt attempt) =>
        attempt.KernelFiles.Count(entry => entry.Transfer is { Outcome: "completed" }) >= 2;

    internal static bool HasAddress(TraceEntry entry) => entry.Dhcp is { Answered: "ACK" or "REPLY" };

    internal static bool IsOver(BootTrace trace, BootAttempt attempt, TimeSpan patience) =>
        trace.HasFailed || attempt != trace.Attempts[^1] || trace.Now - attempt.End >= patience;
}
