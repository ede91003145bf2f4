using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Core.Diagnosis;

/// <summary>Explains why a machine does not boot, or does not go on, from its timeline. It moves nothing.</summary>
/// <example>
/// <code>
/// var report = await core.Diagnosis.ExplainAsync(machine);
/// Console.WriteLine(report.Explanations is [var best, ..] ? $"{best.Cause} {best.NextStep}" : "nothing is wrong");
/// </code>
/// </example>
public sealed class MachineDiagnosis
{
    private const int MostEntries = 1000;
    private readonly Machines _machines;
    private readonly Timeline _timeline;
    private readonly IPowerQueue _power;
    private readonly IScriptResultStore _scripts;
    private readonly MachineDeadlines _deadlines;
    private readonly TimeProvider _timeProvider;

    internal MachineDiagnosis(Machines machines, Timeline timeline, IPowerQueue power, IScriptResultStore scripts,
        MachineDeadlines deadlines, TimeProvider timeProvider)
    {
        _deadlines = deadlines;
        _machines = machines;
        _timeline = timeline;
        _power = power;
        _scripts = scripts;
        _timeProvider = timeProvider;
    }

    /// <summary>Explains a machine's present operation, or the one that failed.</summary>
    /// <param name="machine">The machine as it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DiagnosisReport> ExplainAsync(Machine machine, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return Explain(new DiagnosisContext
        {
            Machine = machine,
            Timeline = await _timeline.ReadAsync(machine.Id, MostEntries, cancellationToken).ConfigureAwait(false),
            PowerFailure = await _power.GetFailureAsync(machine.Id, cancellationToken).ConfigureAwait(false),
            ScriptFailures = await ScriptFailure.ListAsync(_scripts, machine, cancellationToken).ConfigureAwait(false),
            Deadlines = _deadlines,
            Now = _timeProvider.GetUtcNow(),
        });
    }

    /// <summary>The best explanation's cause; <see langword="null"/> when no rule explains it, or the machine is gone.</summary>
    internal async Task<string?> FindCauseAsync(SystemId id, CancellationToken cancellationToken) =>
        await _machines.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } machine
            && (await ExplainAsync(machine, cancellationToken).ConfigureAwait(false)).Explanations is [{ } best, ..]
            ? best.Cause
            : null;

    /// <summary>
    /// Explains a machine's present operation, or the one that failed. The result depends on <paramref name="context"/> only. A machine
    /// that neither waits nor has failed gets no explanation, but for a deployed one whose cloud-init failed: MAAS's machines are Deployed
    /// as soon as cloud-init has its user data.
    /// </summary>
    /// <param name="context">The machine, its timeline and the time.</param>
    /// <returns>
    /// The most certain explanation first; of equally certain ones the one of the latest part of the boot, as all before it worked.
    /// </returns>
    public static DiagnosisReport Explain(DiagnosisContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var machine = context.Machine;
        if (machine.Deadline is null && !MachineFailure.Is(machine.Status) && machine.Status is not MachineStatus.Deployed)
            return new DiagnosisReport([], []);
        var trace = new BootTrace(context);
        return new DiagnosisReport(
            [
                .. DiagnosisRules.All.Select(rule => rule.Apply(trace)).OfType<Explanation>()
                    .OrderByDescending(explanation => explanation.Confidence)
                    .ThenByDescending(explanation => explanation.Phase),
            ],
            PhasesOf(trace));
    }

    // A part begins with its first line, and ends where the next one begins.
    private static List<PhaseSpan> PhasesOf(BootTrace trace)
    {
        if (!trace.WaitsOrFailed) return [];
        var starts = new List<(DiagnosisPhase Phase, DateTimeOffset At)> { (DiagnosisPhase.Power, trace.Since) };
        Begin(DiagnosisPhase.Dhcp, entry => entry.IsFirmware);
        Begin(DiagnosisPhase.Transfer, entry => entry.Transfer is not null || entry.Script is not null);
        Begin(DiagnosisPhase.Agent, IsAgent(trace));
        Begin(DiagnosisPhase.FirstBoot, entry => entry.Note is { Type: "Network boot" });
        return
        [
            .. starts.Select((start, index) => new PhaseSpan(
                start.Phase, start.At, index + 1 < starts.Count ? starts[index + 1].At : trace.HasFailed ? trace.Now : null)),
        ];

        void Begin(DiagnosisPhase phase, Func<TraceEntry, bool> isFirst)
        {
            var first = trace.Entries.FirstOrDefault(entry => entry.At >= starts[^1].At && isFirst(entry));
            if (first is not null) starts.Add((phase, first.At));
        }
    }

    private static Func<TraceEntry, bool> IsAgent(BootTrace trace)
    {
        var agents = BootAttempt.Split(trace.Entries).SelectMany(attempt => attempt.AgentDhcp).ToHashSet();
        return entry => agents.Contains(entry) || entry.Note is { Type: "Gathering info" or "Installed" };
    }
}
