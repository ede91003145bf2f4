using Maas.Core.Fleet;
using Maas.Core.Journal;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Lifecycle;

/// <summary>Fails machines that were not heard of in time. Deadlines are in the store and survive a restart.</summary>
public sealed partial class DeadlineWorker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgettingInterval = TimeSpan.FromHours(1);
    private readonly Machines machines;
    private readonly Events events;
    private readonly MaasRegionOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<DeadlineWorker> logger;
    private long? forgotAt;

    internal DeadlineWorker(Machines machines, Events events, MaasRegionOptions options, TimeProvider clock, ILogger<DeadlineWorker> logger)
    {
        this.machines = machines;
        this.events = events;
        this.options = options;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>Looks every five seconds until cancelled; then returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                await TryPassAsync(cancellationToken).ConfigureAwait(false);
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
        var overdue = await machines.ListOverdueAsync(cancellationToken).ConfigureAwait(false);
        foreach (var id in overdue) await TryFailAsync(id, cancellationToken).ConfigureAwait(false);
        return overdue.Count;
    }

    /// <summary>A record that cannot be read or written is that machine's trouble, and not the others'.</summary>
    private async Task TryFailAsync(SystemId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await machines.ExecuteAsync(id, new MachineCommand.DeadlinePassed(), cancellationToken: cancellationToken).ConfigureAwait(false) is CommandResult.Done done)
                LogOverdue(id, done.Machine.Status, done.Machine.StatusMessage);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogMachineFailed(failure, id);
        }
    }

    private async Task TryPassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(cancellationToken).ConfigureAwait(false);
            if (forgotAt is { } last && clock.GetElapsedTime(last) < ForgettingInterval) return;
            forgotAt = clock.GetTimestamp();
            if (await machines.ForgetSilentAsync(cancellationToken).ConfigureAwait(false) is > 0 and var count) LogForgotten(count);
            if (await events.ForgetOfDeletedAsync(options, cancellationToken).ConfigureAwait(false) is > 0 and var old) LogEventsForgotten(old);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogPassFailed(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{SystemId}: {Status}: {Reason}")]
    private partial void LogOverdue(SystemId systemId, MachineStatus status, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{SystemId} is overdue and could not be failed; trying again")]
    private partial void LogMachineFailed(Exception failure, SystemId systemId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} New machines were not heard of for long and are forgotten")]
    private partial void LogForgotten(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} old events of deleted machines are deleted")]
    private partial void LogEventsForgotten(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deadlines could not be looked at; trying again")]
    private partial void LogPassFailed(Exception failure);
}
