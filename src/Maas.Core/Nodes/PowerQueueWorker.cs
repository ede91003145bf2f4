using System.Globalization;
using System.Text;
using Maas.Core.Power;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Nodes;

/// <summary>
/// Acts on machines' power, from the durable queue that <see cref="Machines.ExecuteAsync"/>
/// fills. What fails is tried again, later each time, and at last fails the machine by name. A crash loses nothing: what was
/// not recorded as done is done again, and every action is harmless when repeated.
/// </summary>
public sealed partial class PowerQueueWorker
{
    private const int AtOnce = 16;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly IPowerQueue _store;
    private readonly Machines _machines;
    private readonly IMachinePower _power;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _clock;
    private readonly NodeOptions _options;
    private readonly ILogger<PowerQueueWorker> _logger;
    private int _running;

    internal PowerQueueWorker(
        IPowerQueue store, Machines machines, IMachinePower power, WorkSignal signal, TimeProvider timeProvider, NodeOptions options,
            ILogger<PowerQueueWorker> logger)
    {
        _store = store;
        _machines = machines;
        _power = power;
        _signal = signal;
        _clock = timeProvider;
        _options = options;
        _logger = logger;
    }

    /// <summary>How many actions of <see cref="RunAsync"/> are under way.</summary>
    internal int Running => Volatile.Read(ref _running);

    /// <summary>
    /// Works until cancelled; then finishes what it has begun, hands over what takes longer than
    /// <see cref="MaasCoreOptions.DrainTimeout"/>, and returns. Sixteen machines at once, each by itself: a controller that does not answer
    /// delays no other.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(AtOnce);
        using var work = new CancellationTokenSource();
        try
        {
            while (true)
            {
                var wait = await BeginDueAsync(slots, work.Token, cancellationToken).ConfigureAwait(false);
                if (wait > TimeSpan.Zero) await _signal.WaitAsync(wait, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was under way is still in the queue.
        }
        finally
        {
            using var drained = new CancellationTokenSource(_options.DrainTimeout, _clock);
            using var end = drained.Token.UnsafeRegister(
                static source => ((CancellationTokenSource)source!).Cancel(), work); // passed here
            if (Running > 0) LogDraining(Running, _options.DrainTimeout.TotalSeconds);
            for (var slot = 0; slot < AtOnce; slot++) await slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>How many actions wait or are under way, on all hosts of the store.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<int> CountAsync(CancellationToken cancellationToken = default) => _store.CountAsync(cancellationToken);

    /// <summary>Does what is due now, and returns how many actions that were. For tests and for hosts with a loop of their own.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken = default)
    {
        var term = PowerClaimTerm.Begin(_clock);
        var claimed = await ClaimAsync(term, AtOnce, cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(claimed.Select(effect => PerformAsync(effect, term, cancellationToken))).ConfigureAwait(false);
        return claimed.Count;
    }

    /// <summary>The lease outlasts the action, so that no second worker repeats what is still under way.</summary>
    private Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync(PowerClaimTerm term, int limit, CancellationToken cancellationToken) =>
        _store.ClaimAsync(term.Begun, _options.PowerTimeout + PowerClaimTerm.Margin, limit, cancellationToken);

    /// <summary>
    /// Begins what is due, and returns how long there is nothing to begin; the end of each action raises the signal. A store
    /// that fails (a full disk) is asked again later; the worker lives on.
    /// </summary>
    private async Task<TimeSpan> BeginDueAsync(SemaphoreSlim slots, CancellationToken work, CancellationToken cancellationToken)
    {
        try
        {
            // Only this loop takes slots: there are at least as many when the claim is back.
            var free = slots.CurrentCount;
            if (free == 0) return LongestSleep;
            var term = PowerClaimTerm.Begin(_clock);
            var claimed = await ClaimAsync(term, free, cancellationToken).ConfigureAwait(false);
            foreach (var effect in claimed)
            {
                await slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                _ = PerformInSlotAsync(effect, term, slots, work);
            }

            if (claimed.Count > 0) return TimeSpan.Zero;
            var next = await _store.NextDueAsync(cancellationToken).ConfigureAwait(false) - _clock.GetUtcNow() ?? LongestSleep;
            return TimeSpan.FromMilliseconds(Math.Clamp(next.TotalMilliseconds, 1, LongestSleep.TotalMilliseconds));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogPassFailed(failure);
            return AfterFailure;
        }
    }

    private async Task PerformInSlotAsync(
        QueuedPowerAction queued, PowerClaimTerm term, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            await Task.Yield(); // A driver that does its work before its first await does not block this loop.
            await PerformAsync(queued, term, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ReleaseAsync(queued).ConfigureAwait(false);
            LogHandedOver(queued.MachineId, queued.Effect.Action);
        }
        catch (Exception failure)
        {
            LogPassFailed(failure);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            slots.Release();
            _signal.Raise();
        }
    }

    private async Task ReleaseAsync(QueuedPowerAction queued)
    {
        try
        {
            await _store.ReleaseAsync(queued, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogPassFailed(failure); // the claim ends by itself
        }
    }

    private async Task PerformAsync(QueuedPowerAction queued, PowerClaimTerm term, CancellationToken cancellationToken)
    {
        if (await _machines.GetAsync(queued.MachineId, cancellationToken).ConfigureAwait(false) is not { } machine
            || (queued.Effect.Repeats && (machine.CheckedIn || !machine.WaitsForBoot)))
        {
            await _store.DropAsync(queued, cancellationToken).ConfigureAwait(false);
            return;
        }

        // The claim was for an action of the usual length.
        if (_options.TimeoutOf(queued.Effect.Action) is var longest && longest > _options.PowerTimeout && term.AllowsStart(_clock))
        {
            term = PowerClaimTerm.Begin(_clock);
            if (!await _store.ExtendAsync(queued, term.Begun + longest + PowerClaimTerm.Margin, cancellationToken).ConfigureAwait(false))
                return;
        }

        if (!term.AllowsStart(_clock))
        {
            // The process was paused, or the store was slow: another host may have performed the action since, and later ones.
            LogClaimEnded(machine.Id, queued.Effect.Action);
            await ReleaseAsync(queued).ConfigureAwait(false);
            return;
        }

        var reply = await AskAsync(machine, queued.Effect.Action, cancellationToken).ConfigureAwait(false);
        switch (PowerOutcome.Of(queued.Effect.Action, reply))
        {
            case PowerOutcome.Reached reached when queued.Effect.Action is PowerAction.Query && reached.State == machine.PowerState:
                await _store.DropAsync(queued, cancellationToken).ConfigureAwait(false);
                break;
            case PowerOutcome.Reached reached:
                MachineMetrics.PowerAttempt(queued.Effect.Action, null);
                LogDone(machine.Id, queued.Effect.Action, reached.State);
                await _machines.RecordAsync(
                    machine.Id, new WorkerReport.PowerDone(queued.Effect, reached.State, reached.Note), PowerClaim.Of(queued),
                        cancellationToken).ConfigureAwait(false);
                break;
            case PowerOutcome.NotYet notYet when queued.Attempts + 1 < _options.PowerAttempts:
                MachineMetrics.PowerAttempt(queued.Effect.Action, "failed");
                LogRetry(machine.Id, queued.Effect.Action, queued.Attempts + 1, notYet.Reason);
                await _store.PostponeAsync(queued, _clock.GetUtcNow() +
                    Delay(queued.Attempts), notYet.Reason, cancellationToken).ConfigureAwait(false);
                break;
            case PowerOutcome.NotYet { Reason: var reason }:
                await GiveUpAsync(reason).ConfigureAwait(false);
                break;
            case PowerOutcome.Never { Reason: var reason }:
                await GiveUpAsync(reason).ConfigureAwait(false);
                break;
        }

        async Task GiveUpAsync(string reason)
        {
            MachineMetrics.PowerAttempt(queued.Effect.Action, "given_up");
            LogGivenUp(machine.Id, queued.Effect.Action, reason);
            await _machines.RecordAsync(
                machine.Id, new WorkerReport.PowerFailed(queued.Effect, reason), PowerClaim.Of(queued), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private TimeSpan Delay(int attempts)
    {
        var delay = _options.PowerRetryDelay * Math.Pow(2, attempts);
        return delay < LongestDelay ? delay : LongestDelay;
    }

    private async Task<MachinePowerResult> AskAsync(Machine machine, PowerAction action, CancellationToken cancellationToken)
    {
        if (machine.Power.IsManual) return new MachinePowerResult.Unsupported("The power type is manual.");
        var target = new MachinePowerTarget(machine.Id, machine.Power, machine.MacAddresses);
        using var timeout = new CancellationTokenSource(_options.TimeoutOf(action), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await (action switch
            {
                PowerAction.TurnOn => _power.TurnOnAsync(target, either.Token),
                PowerAction.TurnOff => _power.TurnOffAsync(target, either.Token),
                PowerAction.ShutDown => _power.ShutDownAsync(target, either.Token),
                PowerAction.BootMedia when machine.BootMedia is { } image => _power.BootMediaAsync(target, image, either.Token),
                PowerAction.BootMedia => Task.FromResult<MachinePowerResult>(
                    new MachinePowerResult.Unsupported("the image was ejected meanwhile.")),
                PowerAction.EjectMedia => _power.EjectMediaAsync(target, either.Token),
                _ => _power.QueryAsync(target, either.Token),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new MachinePowerResult.Failed($"no answer within {_options.TimeoutOf(action).TotalSeconds} seconds");
        }
        catch (Exception failure)
        {
            // A driver's exception may quote a command line or a URL with a password: its messages are not logged.
            LogDriverBroke(action, machine.Id, WithoutMessages(failure));
            return new MachinePowerResult.Failed($"the power driver broke ({failure.GetType().Name})");
        }
    }

    private static string WithoutMessages(Exception failure)
    {
        var text = new StringBuilder();
        for (var each = failure; each is not null; each = each.InnerException)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "\n--- inner: " : "")}{each.GetType()}\n{each.StackTrace}");
        return text.ToString();
    }

    [LoggerMessage(20, LogLevel.Information, "Power action {Action} of machine {SystemId} done; power state is {State}")]
    private partial void LogDone(SystemId systemId, PowerAction action, MachinePowerState state);

    [LoggerMessage(21, LogLevel.Warning, "Power action {Action} of machine {SystemId} failed at attempt {Attempt}: {Reason}")]
    private partial void LogRetry(SystemId systemId, PowerAction action, int attempt, string reason);

    [LoggerMessage(22, LogLevel.Error, "Power action {Action} of machine {SystemId} given up: {Reason}")]
    private partial void LogGivenUp(SystemId systemId, PowerAction action, string reason);

    [LoggerMessage(23, LogLevel.Error, "Power driver threw an exception at {Action} of machine {SystemId}: {Exception}")]
    private partial void LogDriverBroke(PowerAction action, SystemId systemId, string exception);

    [LoggerMessage(94, LogLevel.Information, "The host stops; waiting up to {Seconds} s for {Count} power actions")]
    private partial void LogDraining(int count, double seconds);

    [LoggerMessage(95, LogLevel.Information, "Power action {Action} of machine {SystemId} was cancelled and is left to another host")]
    private partial void LogHandedOver(SystemId systemId, PowerAction action);

    [LoggerMessage(33, LogLevel.Warning,
        "Power action {Action} of machine {SystemId} was not begun: its claim was about to end; it is claimed again")]
    private partial void LogClaimEnded(SystemId systemId, PowerAction action);

    [LoggerMessage(24, LogLevel.Error, "Failed to process the power queue; trying again")]
    private partial void LogPassFailed(Exception failure);
}
