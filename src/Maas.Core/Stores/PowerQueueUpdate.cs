using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Stores;

/// <summary>
/// What the effects of a <see cref="MachineChange"/> do to the machine's actions in the power queue. Every store applies these rules within
/// the transaction of the change, after it has removed <see cref="MachineChange.CompletedPowerAction"/>.
/// </summary>
/// <param name="WithdrawsAll">
/// Whether all actions of the machine are withdrawn first. An action that no worker has claimed is deleted; a claimed one is marked as
/// withdrawn and stays until its claim ends, because it cannot be called back.
/// </param>
/// <param name="Additions">Actions to append, in order; due at <see cref="DueTime"/>, not claimed, without attempts.</param>
public sealed record PowerQueueUpdate(bool WithdrawsAll, IReadOnlyList<MachineEffect.Power> Additions)
{
    /// <summary>Applies the rules.</summary>
    /// <param name="queued">The machine's actions in the queue that are not withdrawn, claimed or not.</param>
    /// <param name="effects">The effects of the change.</param>
    public static PowerQueueUpdate For(IReadOnlyCollection<MachineEffect.Power> queued, IReadOnlyList<MachineEffect> effects)
    {
        var withdraws = WithdrawsQueued(queued, effects);
        var present = withdraws ? [] : queued.Select(power => (power.Action, power.Finishes)).ToHashSet();
        // A client that polls does not fill the queue.
        return new PowerQueueUpdate(
            withdraws, [.. effects.OfType<MachineEffect.Power>().Where(power => present.Add((power.Action, power.Finishes)))]);
    }

    /// <summary>When an action is due: at once, or after <see cref="MachineEffect.RepeatInterval"/> if it is a repetition.</summary>
    /// <param name="power">The action.</param>
    /// <param name="at">The time of the change.</param>
    public static DateTimeOffset DueTime(MachineEffect.Power power, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(power);
        return power.Repeats ? at + MachineEffect.RepeatInterval : at;
    }

    // To turn on what is going to be turned on anyway replaces nothing: it must not remove the "off" that precedes that "on".
    private static bool WithdrawsQueued(IReadOnlyCollection<MachineEffect.Power> queued, IReadOnlyList<MachineEffect> effects)
    {
        if (effects.Any(effect => effect is MachineEffect.CancelPower)) return true;
        var actions = effects.OfType<MachineEffect.Power>()
            .Where(power => !power.Repeats && power.Action is not (PowerAction.Query or PowerAction.EjectMedia))
            .Select(power => power.Action).ToList();
        return actions switch
        {
            // To eject an image alone changes no power, unless the machine is about to be started from it.
            [] => effects.Any(effect => effect is MachineEffect.Power { Action: PowerAction.EjectMedia })
                && queued.Any(power => power.Action is PowerAction.BootMedia),
            [PowerAction.TurnOn] => !queued.Any(power => power.Action is PowerAction.TurnOn),
            _ => true,
        };
    }
}
