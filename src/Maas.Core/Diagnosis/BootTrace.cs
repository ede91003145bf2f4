using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Core.Diagnosis;

/// <summary>A machine's timeline during its present operation, or the one that failed, ordered for the rules.</summary>
internal sealed class BootTrace
{
    /// <summary>The longest time between two steps of a firmware, its retries included.</summary>
    public static readonly TimeSpan StepTime = TimeSpan.FromSeconds(60);

    /// <summary>The longest start of a kernel until its agent asks for an address.</summary>
    public static readonly TimeSpan KernelTime = TimeSpan.FromMinutes(3);

    /// <summary>The longest self-test of a server.</summary>
    public static readonly TimeSpan SelfTestTime = TimeSpan.FromMinutes(5);

    /// <summary>The longest silence of an agent that works, and of a system that starts.</summary>
    public static readonly TimeSpan WorkTime = TimeSpan.FromMinutes(10);

    public BootTrace(DiagnosisContext context)
    {
        Machine = context.Machine;
        PowerFailure = context.PowerFailure;
        ScriptFailures = context.ScriptFailures;
        HasFailed = MachineFailure.Is(Machine.Status);
        Heard = Machine.Deadline is { } deadline && context.Deadlines.For(Machine) is { } patience
            ? deadline - patience
            : Machine.StatusSince;
        // What happens after a failure, the machine's last words included, did not cause it.
        Now = HasFailed && Machine.StatusSince < context.Now ? Machine.StatusSince : context.Now;
        Since = BeginningOf(context);
        Entries = [.. context.Timeline.Where(entry => entry.At >= Since && entry.At <= Now).Select(TraceEntry.Read)];
        Handover = IndexOfHandover();
        Attempts = BootAttempt.Split(Entries.Skip(Handover + 1).ToList());
        Current = ChooseAttempt();
    }

    public Machine Machine { get; }

    public string? PowerFailure { get; }

    public IReadOnlyList<ScriptFailure> ScriptFailures { get; }

    public DateTimeOffset Now { get; }

    /// <summary>When the operation began.</summary>
    public DateTimeOffset Since { get; }

    public bool HasFailed { get; }

    public IReadOnlyList<TraceEntry> Entries { get; }

    /// <summary>Network boots since the operation began, or since the installed system was handed over to its disk.</summary>
    public IReadOnlyList<BootAttempt> Attempts { get; }

    /// <summary>
    /// The network boot to explain: the last one that is over, unless a later one has come further; <see langword="null"/> for none.
    /// </summary>
    public BootAttempt? Current { get; }

    /// <summary>Index of the event after which the machine boots from its disk; -1 for none.</summary>
    public int Handover { get; }

    public bool IsHandedOver => Handover >= 0;

    /// <summary>Whether the operation needs a boot that the machine has not reported yet.</summary>
    public bool AwaitsAgent => WaitsOrFailed && !Machine.CheckedIn && !IsHandedOver;

    /// <summary>Whether the agent has reported, and works.</summary>
    public bool AwaitsTask => WaitsOrFailed && Machine.CheckedIn && !IsHandedOver;

    /// <summary>Whether the installed system is to start.</summary>
    public bool AwaitsFirstBoot => WaitsOrFailed && IsHandedOver;

    /// <summary>
    /// Whether an operating system's own installer runs in place of the agent: it starts later, loads more, and says less.
    /// </summary>
    public bool IsOfInstaller =>
        Machine is { Status: MachineStatus.Deploying or MachineStatus.FailedDeployment, Deployment.Recipe: not null };

    /// <summary>The longest silence of an installed system that starts: longer for one that restarts more than once.</summary>
    public TimeSpan FirstBootTime => Machine.Deployment?.ReportTimeout / 2 is { } half && half > WorkTime ? half : WorkTime;

    /// <summary>Whether the operation is one that boots the machine.</summary>
    public bool WaitsOrFailed => Machine.WaitsForBoot || MachineFailure.OfBoot(Machine);

    /// <summary>What was observed on the network; events do not count.</summary>
    public IEnumerable<TraceEntry> Observed => Entries.Where(entry => entry.Evidence is not null);

    /// <summary>Errors and warnings of the operation, what this diagnosis said at a deadline excluded.</summary>
    public IEnumerable<TraceEntry> Reports =>
        Entries.Where(entry => entry.Note is { Level: >= EventLevel.Warning } && !IsDeadline(entry));

    /// <summary>Whether the operation failed because nothing was heard of the machine in time.</summary>
    public bool HasTimedOut => HasFailed && Entries.Any(IsDeadline);

    /// <summary>
    /// When the machine last gave a sign of life to the API, which writes no event and moves the deadline; the begin of its status before
    /// that.
    /// </summary>
    public DateTimeOffset Heard { get; }

    /// <summary>How long nothing was observed of the machine, and no event of it written.</summary>
    public TimeSpan Silence => Now - (Entries.LastOrDefault(entry => entry.IsProgress)?.At ?? Since);

    /// <summary>The event with which the operation began: the evidence of what has not happened since; empty when it was pruned.</summary>
    public IReadOnlyList<TraceEntry> Beginning => [.. Entries.Where(entry => entry.Note is not null).Take(1)];

    /// <summary>Whether nothing was heard of the machine for a time, neither by the API nor on the network.</summary>
    public bool IsSilentFor(TimeSpan time) => Silence >= time && Now - Heard >= time;

    public TimeSpan Age => Now - Since;

    /// <summary>Whether an entry is the event of a passed deadline, which is no sign of the machine.</summary>
    public static bool IsDeadline(TraceEntry entry) => entry.Words.StartsWith("Node operation '", StringComparison.Ordinal);

    private int IndexOfHandover()
    {
        if (Machine.Netboot) return -1;
        for (var index = Entries.Count - 1; index >= 0; index--)
            if (Entries[index].Note is { Type: "Network boot" }) return index;
        return -1;
    }

    // The first event of the operation; where it was pruned, the time of the status.
    private static DateTimeOffset BeginningOf(DiagnosisContext context)
    {
        if (context.Machine.OperationId is { } operation)
            foreach (var entry in context.Timeline)
                if (entry is TimelineEntry.EventEntry { Event: var happened } && happened.OperationId == operation) return happened.At;
        return context.Machine.StatusSince;
    }

    private BootAttempt? ChooseAttempt()
    {
        if (Attempts.Count == 0) return null;
        var last = Attempts[^1];
        if (HasFailed || Now - last.End >= StepTime) return last;
        return Attempts.Count > 1 && last.Stage <= Attempts[^2].Stage ? Attempts[^2] : null;
    }
}

/// <summary>Which statuses are failures.</summary>
internal static class MachineFailure
{
    public static bool Is(MachineStatus status) =>
        OfBoot(status) || status is MachineStatus.FailedReleasing or MachineStatus.FailedExitingRescueMode;

    /// <summary>Whether it failed in an operation that boots it.</summary>
    public static bool OfBoot(Machine machine) =>
        OfBoot(machine.Status) || machine is { Status: MachineStatus.FailedReleasing, ReleaseTask: not null };

    private static bool OfBoot(MachineStatus status) =>
        status is MachineStatus.FailedCommissioning or MachineStatus.FailedTesting or MachineStatus.FailedDeployment
            or MachineStatus.FailedDiskErasing or MachineStatus.FailedEnteringRescueMode;
}
