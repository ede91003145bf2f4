using System.Diagnostics;
using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>What a controller's reply means for the wish it was given. Pure.</summary>
internal abstract record PowerOutcome
{
    private PowerOutcome() { }

    /// <summary>Done, as far as can be determined.</summary>
    public sealed record Reached(MachinePowerState State, string? Note) : PowerOutcome;

    /// <summary>Worth another attempt.</summary>
    public sealed record NotYet(string Reason) : PowerOutcome;

    /// <summary>Another attempt would fail in the same way, or lock the controller's account.</summary>
    public sealed record Never(string Reason) : PowerOutcome;

    public static PowerOutcome Of(PowerAction action, MachinePowerResult reply) => (action, reply) switch
    {
        (PowerAction.TurnOn or PowerAction.BootMedia, MachinePowerResult.Done(MachinePowerState.Off)) =>
            new NotYet("the machine is still off"),
        (PowerAction.TurnOff or PowerAction.ShutDown, MachinePowerResult.Done(MachinePowerState.On)) =>
            new NotYet("the machine is still on"),
        (_, MachinePowerResult.Done(MachinePowerState.Error)) => new NotYet("the controller reports an error"),
        (_, MachinePowerResult.Done done) => new Reached(done.State, done.Note),
        (PowerAction.TurnOn, MachinePowerResult.Unsupported unsupported) =>
            new Reached(MachinePowerState.Unknown, $"Turn the machine on by hand: {unsupported.Reason}"),
        (PowerAction.TurnOff or PowerAction.ShutDown, MachinePowerResult.Unsupported unsupported) =>
            new Reached(MachinePowerState.Unknown, $"Turn the machine off by hand: {unsupported.Reason}"),
        (PowerAction.BootMedia, MachinePowerResult.Unsupported unsupported) => new Never(unsupported.Reason),
        (_, MachinePowerResult.Unsupported) => new Reached(MachinePowerState.Unknown, null),
        (_, MachinePowerResult.Failed { IsFinal: true } failed) => new Never(failed.Reason),
        (_, MachinePowerResult.Failed failed) => new NotYet(failed.Reason),
        _ => throw new UnreachableException(),
    };
}
