using System.Collections.Concurrent;
using Maas.Core.Power;

namespace Maas.Core.Tests;

/// <summary>Power that does as it is told, unless told otherwise, and remembers what it was asked.</summary>
public sealed class TestPower : IMachinePower
{
    private readonly ConcurrentDictionary<SystemId, MachinePowerState> _states = new();

    public ConcurrentQueue<PowerAction> Asked { get; } = new();

    /// <summary>What was asked for last; <see langword="null"/> before that.</summary>
    public MachinePowerTarget? Target { get; private set; }

    /// <summary>Answers in the place of the machine; <see langword="null"/> for the machine's own answer.</summary>
    public Func<PowerAction, MachinePowerResult?> Answer { get; set; } = _ => null;

    public MachinePowerState StateOf(SystemId id) => _states.GetValueOrDefault(id, MachinePowerState.Off);

    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Reply(target, PowerAction.TurnOn, MachinePowerState.On);

    public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Reply(target, PowerAction.TurnOff, MachinePowerState.Off);

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Reply(target, PowerAction.Query, StateOf(target.Id));

    /// <summary>Whether machines have virtual media; they have not.</summary>
    public bool HasMedia { get; set; }

    /// <summary>The image that was inserted last.</summary>
    public Uri? Image { get; private set; }

    public bool HasVirtualMedia(MachinePowerTarget target) => HasMedia;

    public Task<MachinePowerResult> BootMediaAsync(MachinePowerTarget target, Uri image, CancellationToken cancellationToken)
    {
        Image = image;
        return Reply(target, PowerAction.BootMedia, MachinePowerState.On);
    }

    public Task<MachinePowerResult> EjectMediaAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Reply(target, PowerAction.EjectMedia, StateOf(target.Id));

    private Task<MachinePowerResult> Reply(MachinePowerTarget target, PowerAction action, MachinePowerState state)
    {
        Asked.Enqueue(action);
        Target = target;
        if (Answer(action) is { } instead) return Task.FromResult(instead);
        _states[target.Id] = state;
        return Task.FromResult<MachinePowerResult>(new MachinePowerResult.Done(state));
    }
}
