using Maas.Core.Events;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Nodes;

/// <summary>Fails machines that were not heard of in time. Deadlines are in the store and survive a restart.</summary>
public sealed partial class DeadlineWorker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgettingInterval = TimeSpan.FromHours(1);
    private readonly Machines _machines;
    private readonly EventLog _events;
    private readonly Func<SystemId, CancellationToken, Task<string?>> _findCause;
    private readonly NodeOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<DeadlineWorker> _logger;
    private long? _forgotAt;

    internal DeadlineWorker(
        Machines machines, EventLog events, Func<SystemId, CancellationToken, Task<string?>> findCause, NodeOptions options,
        TimeProvider timeProvider, ILogger<DeadlineWorker> logger)
    {
        _machines = machines;
        _events = events;
        _findCause = findCause;
        _options = options;
        _clock = timeProvider;
        _logger = logger;
    }

    /// <summary>Looks every five seconds until cancelled; then returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        using var gauges = new MachineGauges();
        try
        {
            do
            {
                await TryPassAsync(gauges, cancellationToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Deadlines are in the store.
        }
    }

    /// <summary>Fails all that are overdue now, and returns how many that were.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken = default)
    {
        var overdue = await _machines.ListOverdueAsync(cancellationToken).ConfigureAwait(false);
        foreach (var id in overdue) await TryFailAsync(id, cancellationToken).ConfigureAwait(false);
        return overdue.Count;
    }

    /// <summary>A record that cannot be read or written is that machine's trouble, and not the others'.</summary>
    private async Task TryFailAsync(SystemId id, CancellationToken cancellationToken)
    {
        try
        {
            var cause = await TryFindCauseAsync(id, cancellationToken).ConfigureAwait(false);
            var passed = new WorkerReport.DeadlinePassed { LikelyCause = cause };
            if (await _machines.RecordAsync(id, passed, null, cancellationToken).ConfigureAwait(false) is CommandResult.Done done)
            {
                MachineMetrics.DeadlinePassed(done.Machine.Status);
                LogOverdue(id, done.Machine.Status, done.Machine.StatusMessage);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogMachineFailed(failure, id);
        }
    }

    /// <summary>A diagnosis that fails does not keep the machine from failing in time.</summary>
    private async Task<string?> TryFindCauseAsync(SystemId id, CancellationToken cancellationToken)
    {
        try
        {
            return await _findCause(id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotExplained(failure, id);
            return null;
        }
    }

    private async Task TryPassAsync(MachineGauges gauges, CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(cancellationToken).ConfigureAwait(false);
            await _machines.UpdateAsync(gauges, cancellationToken).ConfigureAwait(false);
            if (_forgotAt is { } last && _clock.GetElapsedTime(last) < ForgettingInterval) return;
            _forgotAt = _clock.GetTimestamp();
            if (await _machines.ForgetSilentAsync(cancellationToken).ConfigureAwait(false) is > 0 and var count) LogForgotten(count);
            if (await _events.DeleteOfDeletedMachinesAsync(
                _options.EventsOfDeletedMachines, _options.DeletedMachineEventLifetime, cancellationToken).ConfigureAwait(false) is > 0
                    and var old)
                LogEventsForgotten(old);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogPassFailed(failure);
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "Deadline of machine {SystemId} passed; it is {Status}: {Reason}")]
    private partial void LogOverdue(SystemId systemId, MachineStatus status, string reason);

    [LoggerMessage(11, LogLevel.Error, "Failed to record the passed deadline of machine {SystemId}; trying again")]
    private partial void LogMachineFailed(Exception failure, SystemId systemId);

    [LoggerMessage(12, LogLevel.Information, "Deleted {Count} New machines that were silent for too long")]
    private partial void LogForgotten(int count);

    [LoggerMessage(13, LogLevel.Information, "Deleted {Count} old events of deleted machines")]
    private partial void LogEventsForgotten(int count);

    [LoggerMessage(14, LogLevel.Error, "Failed to check deadlines; trying again")]
    private partial void LogPassFailed(Exception failure);

    [LoggerMessage(18, LogLevel.Error, "Failed to explain why the deadline of machine {SystemId} passed")]
    private partial void LogNotExplained(Exception failure, SystemId systemId);
}
