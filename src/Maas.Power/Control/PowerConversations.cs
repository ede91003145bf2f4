namespace Maas.Power.Control;

/// <summary>
/// What all drivers that can see the power state have in common: conversations one after the other with each controller, again after a
/// failure that may pass, and commands that count as done when their effect was seen.
/// </summary>
internal sealed class PowerConversations(PowerTimingOptions timing, TimeProvider timeProvider, PowerConnector connector)
{
    private static readonly TimeSpan SensorLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan InventoryLimit = TimeSpan.FromSeconds(90);
    private static readonly PowerResult.Failed NotRead = new(PowerFailure.Unintelligible, "Nothing was read.");

    private readonly ControllerLimiter _limiter = new(timing.MinimumInterval, timeProvider);
    private readonly InterruptibleReadings _readings = new();

    /// <summary>Asks whether the machine is on.</summary>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        RunAsync(target, QueryAsync, cancellationToken);

    /// <summary>Turns the machine on, and waits until it is seen so.</summary>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        SwitchAsync(target, PowerSwitch.On, cancellationToken);

    /// <summary>Turns the machine off, or has its system shut down, and waits until it is seen so.</summary>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        SwitchAsync(target, mode == PowerOffMode.Soft ? PowerSwitch.ShutDown : PowerSwitch.Off, cancellationToken);

    private async Task<PowerResult> SwitchAsync(PowerTarget target, PowerSwitch command, CancellationToken cancellationToken)
    {
        var wanted = command == PowerSwitch.On ? PowerState.On : PowerState.Off;
        var patience = command == PowerSwitch.ShutDown ? timing.ShutdownTimeout : timing.ObserveTimeout;
        var result = await RunAsync(target, Send, cancellationToken).ConfigureAwait(false);
        if (result is PowerResult.Observed || (result is PowerResult.Failed failed && failed.Failure != PowerFailure.CommandRefused))
            return result;

        // Also after a refusal: some controllers refuse what has just come about by itself.
        var refusal = result as PowerResult.Failed;
        var sent = timeProvider.GetTimestamp();
        for (var isRepeated = command == PowerSwitch.ShutDown; ;)
        {
            // One look that fails is no failure of the command.
            var seen = await TryAsync(target, QueryAsync, cancellationToken).ConfigureAwait(false);
            if (seen.State == wanted) return seen;
            if (refusal is not null) return refusal;
            var elapsed = timeProvider.GetElapsedTime(sent);
            if (elapsed >= patience) return seen as PowerResult.Failed ?? NotObserved(seen, command, patience);
            await Task.Delay(timing.ObserveInterval, timeProvider, cancellationToken).ConfigureAwait(false);
            // Some controllers accept a command and forget it.
            if (isRepeated || elapsed < patience / 2) continue;
            isRepeated = true;
            if (await TryAsync(target, Send, cancellationToken).ConfigureAwait(false) is PowerResult.Observed done) return done;
        }

        async Task<PowerResult> Send(IPowerConversation conversation, CancellationToken stop)
        {
            if (await conversation.QueryAsync(stop).ConfigureAwait(false) == wanted)
                return new PowerResult.Observed(wanted) { Note = conversation.Note };
            await conversation.SwitchAsync(command, stop).ConfigureAwait(false);
            return new PowerResult.Accepted("");
        }
    }

    /// <summary>Has a conversation, again while it fails for a reason that may pass.</summary>
    public async Task<PowerResult> RunAsync(
        PowerTarget target,
        Func<IPowerConversation, CancellationToken, Task<PowerResult>> ask,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await TryAsync(target, ask, cancellationToken).ConfigureAwait(false);
            if (attempt >= timing.Attempts
                || result is not PowerResult.Failed
                {
                    Failure: PowerFailure.Unreachable or PowerFailure.TimedOut or PowerFailure.Unintelligible
                })
                return result;
            await Task.Delay(timing.RetryPause * (1 << (attempt - 1)), timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reads sensors in a conversation, once: an operator who looks at them tries again. It gives way to everything else that is asked of
    /// the controller.
    /// </summary>
    public async Task<SensorResult> ReadSensorsAsync(
        PowerTarget target, Func<IPowerConversation, CancellationToken, Task<IReadOnlyList<PowerSensor>>> read,
        CancellationToken cancellationToken) =>
        await ReadAsync(target, "all sensors", SensorLimit, read, cancellationToken).ConfigureAwait(false) switch
        {
            ({ } sensors, _) => new SensorResult.Read(sensors),
            (_, var failed) => new SensorResult.Failed(failed.Failure, failed.Reason),
        };

    /// <summary>Reads an inventory in a conversation, once: the operator tries again. It gives way as a reading of sensors does.</summary>
    public async Task<InventoryResult> ReadInventoryAsync(
        PowerTarget target, Func<IPowerConversation, CancellationToken, Task<PowerInventory>> read, CancellationToken cancellationToken) =>
        await ReadAsync(target, "the inventory", InventoryLimit, read, cancellationToken).ConfigureAwait(false) switch
        {
            ({ } inventory, _) => new InventoryResult.Read(inventory with { Gaps = [.. inventory.Gaps.Select(target.Redact)] }),
            (_, var failed) => new InventoryResult.Failed(failed.Failure, failed.Reason),
        };

    /// <summary>Reads what takes many requests; the first is null where it failed.</summary>
    private async Task<(T? Value, PowerResult.Failed Failure)> ReadAsync<T>(
        PowerTarget target, string what, TimeSpan longest, Func<IPowerConversation, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new CancellationTokenSource(longest, timeProvider);
        using var reading = _readings.Begin(target.Controller);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, reading.Token, cancellationToken);
        T? value = null;
        try
        {
            return await ConverseAsync(target, Read, either.Token).ConfigureAwait(false) is PowerResult.Failed failed
                ? (null, failed with { Reason = target.Redact(failed.Reason) })
                : (value, NotRead);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, new PowerResult.Failed(
                PowerFailure.TimedOut, $"The controller did not send {what} within {longest.TotalSeconds:0} s."));
        }
        catch (OperationCanceledException) when (reading.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, new PowerResult.Failed(
                PowerFailure.TimedOut, $"The reading of {what} ended because the controller was needed for the machine's power."));
        }

        async Task<PowerResult> Read(IPowerConversation conversation, CancellationToken stop)
        {
            value = await read(conversation, stop).ConfigureAwait(false);
            return new PowerResult.Accepted("");
        }
    }

    private Task<PowerResult> TryAsync(
        PowerTarget target,
        Func<IPowerConversation, CancellationToken, Task<PowerResult>> ask,
        CancellationToken cancellationToken)
    {
        _readings.Interrupt(target.Controller);
        return ConverseAsync(target, ask, cancellationToken);
    }

    private Task<PowerResult> ConverseAsync(
        PowerTarget target,
        Func<IPowerConversation, CancellationToken, Task<PowerResult>> ask,
        CancellationToken cancellationToken) =>
        _limiter.RunAsync(
            target.Controller,
            async () =>
            {
                try
                {
                    var conversation = await connector.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
                    await using var end = conversation.ConfigureAwait(false);
                    return await ask(conversation, cancellationToken).ConfigureAwait(false);
                }
                catch (PowerFailureException e)
                {
                    return new PowerResult.Failed(e.Failure, e.Message);
                }
                catch (Exception e) when (connector.Translate(e) is { } failed && !cancellationToken.IsCancellationRequested)
                {
                    return failed;
                }
            },
            cancellationToken);

    private static async Task<PowerResult> QueryAsync(IPowerConversation conversation, CancellationToken cancellationToken)
    {
        var state = await conversation.QueryAsync(cancellationToken).ConfigureAwait(false);
        return new PowerResult.Observed(state) { Note = conversation.Note };
    }

    private static PowerResult.Failed NotObserved(PowerResult seen, PowerSwitch command, TimeSpan patience)
    {
        var state = seen.State switch
        {
            PowerState.On => "still on",
            PowerState.Off => "still off",
            _ => "neither on nor off",
        };
        var name = command switch
        {
            PowerSwitch.On => "turn on",
            PowerSwitch.Off => "turn off",
            _ => "shut down",
        };
        return new PowerResult.Failed(
            PowerFailure.NotObserved,
            $"The controller accepted the command to {name}, but the machine was {state} {patience.TotalSeconds:0} s later.");
    }
}

/// <summary>How a driver begins a conversation, and what its exceptions mean.</summary>
/// <param name="ConnectAsync">Reads the machine's parameters and logs in.</param>
/// <param name="Translate">The failure that an exception is; null for one that is a defect.</param>
internal sealed record PowerConnector(
    Func<PowerTarget, CancellationToken, Task<IPowerConversation>> ConnectAsync, Func<Exception, PowerResult.Failed?> Translate);
