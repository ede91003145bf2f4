using Maas.Core.Nodes;
using Maas.Core.Power;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Diagnosis;

/// <summary>
/// Appends the likely cause to the status message of machines that wait for too long, before their deadlines, and asks the controllers of
/// those that should be on whether they are.
/// </summary>
/// <remarks>
/// Each pass explains at most fifty machines and continues with the next ones in the pass after it. A machine's power is queried while
/// something explains why it waits, at most once in five minutes.
/// </remarks>
public sealed partial class DiagnosisWorker
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QueryInterval = TimeSpan.FromMinutes(5);

    private static readonly MachineStatus[] Waiting =
    [
        MachineStatus.Commissioning, MachineStatus.Testing, MachineStatus.Deploying, MachineStatus.DiskErasing,
        MachineStatus.EnteringRescueMode, MachineStatus.Releasing, MachineStatus.ExitingRescueMode,
    ];

    private readonly Machines _machines;
    private readonly MachineDiagnosis _diagnosis;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Dictionary<SystemId, DateTimeOffset> _queried = []; // when the power of a machine was last queried
    private long _after;

    internal DiagnosisWorker(
        Machines machines, MachineDiagnosis diagnosis, TimeProvider timeProvider, ILogger<DiagnosisWorker> logger)
    {
        _machines = machines;
        _diagnosis = diagnosis;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>Explains every fifteen seconds until cancelled; then returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, _timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                await TryPassAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // An explanation is made anew from the timeline.
        }
    }

    /// <summary>Explains the next waiting machines, and returns how many status messages changed.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken = default)
    {
        var page = await _machines.ListRevisionsAsync(
            new MachineFilter { Statuses = Waiting, AfterNumber = _after, Limit = AtOnce }, cancellationToken).ConfigureAwait(false);
        _after = page.Count < AtOnce ? 0 : page[^1].Number;
        var changed = 0;
        foreach (var revision in page)
            if (await TryExplainAsync(revision.Id, cancellationToken).ConfigureAwait(false)) changed++;
        return changed;
    }

    private async Task TryPassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogPassFailed(failure);
        }
    }

    private async Task<bool> TryExplainAsync(SystemId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await _machines.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { Deadline: not null } machine
                || _timeProvider.GetUtcNow() - machine.StatusSince < LeastWait)
                return false;
            var report = await _diagnosis.ExplainAsync(machine, cancellationToken).ConfigureAwait(false);
            if (report.Explanations.Count > 0) await QueryPowerAsync(machine, cancellationToken).ConfigureAwait(false);
            var cause = report.Explanations.Count > 0 ? report.Explanations[0].Cause : null;
            if (LikelyCause.Append(machine.StatusMessage, cause) == machine.StatusMessage) return false;
            var explained = new WorkerReport.Explained(machine.StatusSince, cause);
            await _machines.RecordAsync(id, explained, null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotExplained(failure, id);
            return false;
        }
    }

    // A machine that was turned off, or turned itself off, says nothing of it: only its controller knows.
    private async Task QueryPowerAsync(Machine machine, CancellationToken cancellationToken)
    {
        if (machine is not { PowerState: MachinePowerState.On or MachinePowerState.Off, Power.IsManual: false, WaitsForBoot: true }) return;
        var now = _timeProvider.GetUtcNow();
        foreach (var (other, at) in _queried)
            if (now - at >= QueryInterval) _queried.Remove(other);
        if (_queried.TryAdd(machine.Id, now))
            await _machines.ExecuteAsync(machine.Id, new MachineCommand.QueryPower(), null, cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(25, LogLevel.Error, "Failed to explain why machine {SystemId} waits")]
    private partial void LogNotExplained(Exception failure, SystemId systemId);

    [LoggerMessage(26, LogLevel.Error, "Failed to list the waiting machines; trying again")]
    private partial void LogPassFailed(Exception failure);
}
