using System.Diagnostics;

namespace Maas.Core.Power;

/// <summary>What a controller's reply means for the wish it was given. Pure.</summary>
internal abstract record PowerOutcome
{
    private PowerOutcome() { }

    /// <summary>Done, as far as anybody can tell.</summary>
    public sealed record Reached(PowerState State, string? Note) : PowerOutcome;

    /// <summary>Worth another attempt.</summary>
    public sealed record NotYet(string Reason) : PowerOutcome;

    public static PowerOutcome Of(PowerAction action, PowerReply reply) => (action, reply) switch
    {
        (PowerAction.TurnOn, PowerReply.Done(PowerState.Off)) => new NotYet("the machine is still off"),
        (PowerAction.TurnOff or PowerAction.ShutDown, PowerReply.Done(PowerState.On)) => new NotYet("the machine is still on"),
        (_, PowerReply.Done(PowerState.Error)) => new NotYet("the controller reports an error"),
        (_, PowerReply.Done done) => new Reached(done.State, done.Note),
        (PowerAction.TurnOn, PowerReply.Unsupported unsupported) => new Reached(PowerState.Unknown, $"Turn the machine on by hand: {unsupported.Reason}"),
        (PowerAction.TurnOff or PowerAction.ShutDown, PowerReply.Unsupported unsupported) =>
            new Reached(PowerState.Unknown, $"Turn the machine off by hand: {unsupported.Reason}"),
        (_, PowerReply.Unsupported) => new Reached(PowerState.Unknown, null),
        (_, PowerReply.Failed failed) => new NotYet(failed.Reason),
        _ => throw new UnreachableException(),
    };
}
