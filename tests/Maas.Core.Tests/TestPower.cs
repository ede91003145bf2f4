using System.Collections.Concurrent;
using Maas.Core.Power;

namespace Maas.Core.Tests;

/// <summary>Power that does as it is told, unless told otherwise, and remembers what it was asked.</summary>
public sealed class TestPower : IMachinePower
{
    private readonly ConcurrentDictionary<SystemId, PowerState> states = new();

    public ConcurrentQueue<PowerAction> Asked { get; } = new();

    /// <summary>Answers in the place of the machine; <see langword="null"/> for the machine's own answer.</summary>
    public Func<PowerAction, PowerReply?> Answer { get; set; } = _ => null;

    public PowerState StateOf(SystemId id) => states.GetValueOrDefault(id, PowerState.Off);

    public Task<PowerReply> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) => Reply(target, PowerAction.TurnOn, PowerState.On);

    public Task<PowerReply> TurnOffAsync(PowerTarget target, CancellationToken cancellationToken) => Reply(target, PowerAction.TurnOff, PowerState.Off);

    public Task<PowerReply> QueryAsync(PowerTarget target, CancellationToken cancellationToken) => Reply(target, PowerAction.Query, StateOf(target.Id));

    private Task<PowerReply> Reply(PowerTarget target, PowerAction action, PowerState state)
    {
        Asked.Enqueue(action);
        if (Answer(action) is { } instead) return Task.FromResult(instead);
        states[target.Id] = state;
        return Task.FromResult<PowerReply>(new PowerReply.Done(state));
    }
}
