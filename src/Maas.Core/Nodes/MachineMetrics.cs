using System.Diagnostics;
using System.Diagnostics.Metrics;
using Maas.Core.Diagnostics;
using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>
/// Metrics and traces of machines' operations. An operation (commission, deploy, release …) is one trace, whose id is the operation's id:
/// events, logs and traces are found by the same number. It has a span for each command and report, and one for the whole of each status
/// that
/// waits for a machine.
/// </summary>
internal static class MachineMetrics
{
    private static readonly Counter<long> Transitions = CoreDiagnostics.Meter.CreateCounter<long>(
        "maas.machine.transitions", "{transition}", "Changes of machines' statuses, by the status before and after.");

    private static readonly Histogram<double> Waits = CoreDiagnostics.Meter.CreateHistogram(
        "maas.machine.operation.duration",
        "s",
        "How long machines were in a status that waits for them (Commissioning, Deploying …), by status; error.type is the failed status.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [1, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1200, 1800, 2700, 3600, 7200],
        });

    private static readonly Counter<long> DeadlinesPassed = CoreDiagnostics.Meter.CreateCounter<long>(
        "maas.machine.deadlines_passed", "{machine}", "Machines that failed because nothing was heard of them in time, by status.");

    private static readonly Counter<long> PowerActions = CoreDiagnostics.Meter.CreateCounter<long>(
        "maas.power_queue.attempts", "{attempt}", "Attempts to perform a power action, by action; error.type is `failed` or `given_up`.");

    /// <summary>Records a saved change of a machine.</summary>
    /// <param name="before">The machine before; <see langword="null"/> for a new one.</param>
    /// <param name="after">The machine after.</param>
    public static void Changed(Machine? before, Machine after)
    {
        if (before?.Status == after.Status) return;
        Transitions.Add(
            1,
            new("maas.machine.status.before", before?.Status.DisplayName ?? "none"),
            new("maas.machine.status", after.Status.DisplayName));
        if (before is not { Deadline: not null }) return;

        var failure = after.Status.Simplified == "Failed" ? after.Status.DisplayName : null;
        var duration = after.StatusSince - before.StatusSince;
        var tags = new TagList { { "maas.machine.status", before.Status.DisplayName } };
        if (failure is not null) tags.Add("error.type", failure);
        Waits.Record(duration.TotalSeconds, tags);
        TraceWait(before, after, failure);
    }

    public static void DeadlinePassed(MachineStatus status) =>
        DeadlinesPassed.Add(1, new KeyValuePair<string, object?>("maas.machine.status", status.DisplayName));

    /// <param name="action">The action.</param>
    /// <param name="error">Why it failed, in a word; <see langword="null"/> when it did not.</param>
    public static void PowerAttempt(PowerAction action, string? error)
    {
        var tags = new TagList { { "maas.power.action", action.ToString() } };
        if (error is not null) tags.Add("error.type", error);
        PowerActions.Add(1, tags);
    }

    /// <summary>A span for a command or a report; <see langword="null"/> when nothing listens.</summary>
    public static Activity? Start(SystemId machine, MachineInput input) => CoreDiagnostics.Activities.HasListeners()
        ? CoreDiagnostics.Activities.StartActivity(
            MachineStateMachine.NameOf(input), ActivityKind.Internal, default(ActivityContext), [
                new("maas.machine.id", machine.ToString())])
        : null;

    /// <summary>Adds the outcome, and a link to the trace of the operation.</summary>
    public static void Finish(Activity? activity, CommandResult result)
    {
        if (activity is null) return;
        if (result is CommandResult.Done { Machine.OperationId: { } operation })
            activity.AddLink(new ActivityLink(ContextOf(operation))).SetTag("maas.operation.id", operation.ToString());
        if (result is CommandResult.Refused refused)
            activity.SetStatus(ActivityStatusCode.Error, refused.Reason).SetTag("error.type", refused.Because.ToString());
    }

    private static void TraceWait(Machine before, Machine after, string? failure)
    {
        if (before.OperationId is not { } operation || !CoreDiagnostics.Activities.HasListeners()) return;
        using var activity = CoreDiagnostics.Activities.StartActivity(
            before.Status.DisplayName,
            ActivityKind.Internal,
            ContextOf(operation),
            [new("maas.machine.id", after.Id.ToString()), new("maas.operation.id", operation.ToString())],
            startTime: before.StatusSince);
        activity?.SetEndTime(after.StatusSince.UtcDateTime);
        if (failure is not null) activity?.SetStatus(ActivityStatusCode.Error, after.StatusMessage).SetTag("error.type", failure);
    }

    // The operation has no span of its own: it may begin in one process and end in another. Its id is the trace, and its last eight bytes
    // are the id of the root that the spans hang on.
    private static ActivityContext ContextOf(Guid operation)
    {
        Span<byte> bytes = stackalloc byte[16];
        operation.TryWriteBytes(bytes, bigEndian: true, out _);
        return new ActivityContext(
            ActivityTraceId.CreateFromBytes(bytes), ActivitySpanId.CreateFromBytes(bytes[8..]), ActivityTraceFlags.Recorded,
                isRemote: true);
    }
}
