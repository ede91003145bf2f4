using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Diagnosis;

/// <summary>The machine is not turned on, or not to its network card.</summary>
internal static class PowerRules
{
    private const string NotObeyed = "Its power did not obey: ";
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
            Symptom = "the machine is on, and its controller did not set the network as the next boot",
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
            Symptom = "the power state is off, and the operation waits for a boot",
            Cause = "The machine is off: it was turned off during its boot, or turned itself off.",
            NextStep = "Look at the machine's console and its controller's log; then abort the operation and start it again.",
        },
        new("power-stays-on", DiagnosisPhase.Power, PowerStaysOn)
        {
            Symptom = "a release waits for the power, which is still on",
            Cause = "The machine's controller accepted the action, and the machine is still on.",
            NextStep = "Turn the machine off at its controller, or by hand.",
        },
    ];

    private static Finding? BmcUnreachable(BootTrace trace)
    {
        if (trace.Machine.Status is MachineStatus.Deployed) return null;
        List<TraceEntry> failed =
        [
            .. trace.Entries.Where(entry => entry.Note is { Level: >= EventLevel.Error }
                && entry.Says("Powering on failed: ", "Powering off failed: ", "Shutting down failed: ", NotObeyed)),
        ];
        if (trace.PowerFailure is { } reason)
            return new Finding(ExplanationConfidence.Stated, failed, $"The machine's power controller does not obey: {reason}");
        if (failed.Count == 0) return null;
        var words = failed[^1].Words;
        return new Finding(
            ExplanationConfidence.Stated, failed, words[Math.Max(0, words.IndexOf(NotObeyed, StringComparison.Ordinal))..]);
    }

    private static Finding? NextBootNotSet(BootTrace trace) =>
        trace.AwaitsAgent && trace.Machine.PowerNote is { } note
            && (trace.Current is null or { Stage: < BootStage.Script } && (trace.HasFailed || trace.Age > BootTrace.StepTime))
            ? new Finding(ExplanationConfidence.Observed, [.. trace.Reports.Where(entry => entry.Note is { Type: "Power" })], note)
            : null;

    private static Finding? TurnOnByHand(BootTrace trace) =>
        trace.AwaitsAgent && trace.Machine.Power.IsManual && trace.Attempts.Count == 0 && trace.Age >= PowerTime
            ? new Finding(ExplanationConfidence.Observed, [.. trace.Entries.Where(entry => entry.Note is { Type: "Power" })])
            : null;

    private static Finding? MachineOff(BootTrace trace) =>
        trace is { WaitsOrFailed: true, HasFailed: false, Machine: { PowerState: MachinePowerState.Off, Power.IsManual: false } }
            && trace.Age >= BootTrace.StepTime && trace.Silence >= BootTrace.StepTime
            ? new Finding(ExplanationConfidence.Observed, [])
            : null;

    private static Finding? PowerStaysOn(BootTrace trace) =>
        trace.Machine is { Deadline: not null, PowerState: MachinePowerState.On }
            && trace.Machine.WaitsForPower
            && trace.Machine.CameFrom is not MachineStatus.Deployed
            && trace.Now - trace.Machine.StatusSince >= PowerTime
            ? new Finding(ExplanationConfidence.Observed, [])
            : null;
}
