using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Diagnosis;

/// <summary>The machine is not turned on, or not to its network card.</summary>
internal static class PowerRules
{
    private const string NotObeyed = "Its power did not obey: ";

    // How Core and the drivers say that the controller took an order, and the machine's power did not change.
    private const string StillOn = " still on", StillOff = " still off";
    private static readonly TimeSpan PowerTime = TimeSpan.FromMinutes(1);

    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        new("bmc-unreachable", DiagnosisPhase.Power, BmcUnreachable)
        {
            Symptom = "a power action fails",
            Cause = "The machine's power controller does not answer, or refuses the action.",
            NextStep = "Check the power parameters, the controller's address and its credentials; query_power_state tests them.",
        },
        new("next-boot-not-set", DiagnosisPhase.Power, NextBootNotSet)
        {
            Symptom = "the controller did not set the network as the next boot, and for five minutes the firmware sends no DHCP message",
            Cause = "The machine's controller did not accept the network as the next boot, and the machine boots from another device.",
            NextStep = "Set the network as the first boot device in the firmware.",
        },
        new("turn-on-by-hand", DiagnosisPhase.Power, TurnOnByHand)
        {
            Symptom = "the power type is manual, and nothing was observed",
            Cause = "The power type is manual: the machine waits for a person to turn it on.",
            NextStep = "Turn the machine on, or give it a power type.",
        },
        new("machine-off", DiagnosisPhase.Power, MachineOff)
        {
            Symptom = "the controller reports that the machine is off, and the operation waits for a boot",
            Cause = "The machine is off: it was turned off during its boot, turned itself off, or did not turn on.",
            NextStep = "Look at the machine's console, its mains and its controller's log; then abort the operation and start it again.",
        },
        new("power-stays-on", DiagnosisPhase.Power, PowerStaysOn)
        {
            Symptom = "an operation waits for the machine to be off, and its controller reports that it is still on",
            Cause = "The machine's controller accepts the order to turn the machine off, and the machine stays on.",
            NextStep = "Turn the machine off at its controller, or by hand.",
        },
    ];

    private static Finding? BmcUnreachable(BootTrace trace)
    {
        if (trace.Machine.Status is MachineStatus.Deployed || LastFailure(trace) is not { } reason || IsNotObeyed(reason)) return null;
        var failed = FailedActions(trace);
        return new Finding(
            ExplanationConfidence.Stated, failed.Count > 0 ? failed : trace.Beginning,
            trace.PowerFailure is null ? reason : $"The machine's power controller does not obey: {reason}");
    }

    // A firmware that asks for an address boots from the network, whatever its controller says.
    private static Finding? NextBootNotSet(BootTrace trace) =>
        trace.AwaitsAgent && trace.Machine.PowerNote is { } note && trace.Attempts.Count == 0
            && (trace.HasFailed || trace.Age >= BootTrace.SelfTestTime)
            ? new Finding(ExplanationConfidence.Observed, [.. trace.Reports.Where(entry => entry.Note is { Type: "Power" })], note)
            : null;

    private static Finding? TurnOnByHand(BootTrace trace) =>
        trace.AwaitsAgent && trace.Machine.Power.IsManual && trace.Attempts.Count == 0 && trace.Age >= PowerTime
            ? new Finding(ExplanationConfidence.Observed, [.. trace.Entries.Where(entry => entry.Note is { Type: "Power" })])
            : null;

    private static Finding? MachineOff(BootTrace trace)
    {
        if (!trace.WaitsOrFailed || trace.Machine.Power.IsManual) return null;
        if (LastFailure(trace)?.Contains(StillOff, StringComparison.Ordinal) is true)
            return new Finding(
                ExplanationConfidence.Stated, EvidenceOf(trace),
                "The machine's controller accepts the order to turn the machine on, and the machine stays off.");
        // A restart turns the machine off and on, which takes its time: its controller was asked since, or it has taken too long.
        if (trace.HasFailed || trace.Machine.PowerState is not MachinePowerState.Off || !trace.IsSilentFor(BootTrace.StepTime)
            || !(trace.Age >= BootTrace.SelfTestTime || trace.Reports.Any(entry => entry.Note is { Type: "Power" })))
            return null;
        // An agent without a connection to the server turns the machine off: that is no cause.
        var isOfAgent = trace.AwaitsAgent && trace.Attempts.Any(attempt => attempt.Stage >= BootStage.Kernel);
        return new Finding(isOfAgent ? ExplanationConfidence.Inferred : ExplanationConfidence.Stated, EvidenceOf(trace));
    }

    private static Finding? PowerStaysOn(BootTrace trace)
    {
        if (trace.Machine.Status is MachineStatus.Deployed) return null;
        if (LastFailure(trace)?.Contains(StillOn, StringComparison.Ordinal) is true)
            return new Finding(ExplanationConfidence.Stated, EvidenceOf(trace));
        return trace.Machine is { Deadline: not null, PowerState: MachinePowerState.On, WaitsForPower: true }
            && trace.Machine.CameFrom is not MachineStatus.Deployed
            && trace.Now - trace.Machine.StatusSince >= PowerTime
            ? new Finding(
                ExplanationConfidence.Observed, EvidenceOf(trace),
                "The machine is still on: the order to turn it off is under way, or no host carries it out.",
                "Check that a host runs and its power queue is healthy; turn the machine off at its controller, or by hand.")
            : null;
    }

    // Why the order that is being tried failed, or the one that was given up; an event of the latter may have words in front.
    private static string? LastFailure(BootTrace trace)
    {
        if (trace.PowerFailure is { } reason) return reason;
        if (FailedActions(trace) is not [.., { Words: var words }]) return null;
        return words[Math.Max(0, words.IndexOf(NotObeyed, StringComparison.Ordinal))..];
    }

    private static bool IsNotObeyed(string reason) =>
        reason.Contains(StillOn, StringComparison.Ordinal) || reason.Contains(StillOff, StringComparison.Ordinal);

    private static List<TraceEntry> FailedActions(BootTrace trace) =>
    [
        .. trace.Entries.Where(entry => entry.Note is { Level: >= EventLevel.Error }
            && entry.Says("Powering on failed: ", "Powering off failed: ", "Shutting down failed: ", NotObeyed)),
    ];

    // What was said of the power, else when the wait began.
    private static IReadOnlyList<TraceEntry> EvidenceOf(BootTrace trace)
    {
        List<TraceEntry> said = [.. trace.Entries.Where(entry => entry.Note is { Type: "Power" } || FailedActions(trace).Contains(entry))];
        return said.Count > 0 ? said : trace.Beginning;
    }
}
