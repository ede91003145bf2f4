using System.Text.Json.Serialization;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Core.Nodes;

/// <summary>
/// What else must happen because a machine moved. <see cref="Power"/> goes to a durable queue and is done after the save;
/// all others are part of the same transaction as the move.
/// </summary>
public abstract record MachineEffect
{
    private MachineEffect() { }

    /// <summary>
    /// Acts on the machine's power. Every action is harmless when repeated. <see cref="Stores.PowerQueueUpdate"/> decides what the power
    /// effects of a change do to the queue: an action other than a query withdraws those that are queued, and the same action is not queued
    /// twice.
    /// </summary>
    /// <param name="Action">What to do.</param>
    /// <param name="Finishes">Whether the machine's status waits for just this (release, leaving rescue mode).</param>
    /// <param name="Repeats">Whether it was done before and the machine may have missed it: it waits for
    /// <see cref="RepeatInterval"/>, and is left out once the machine has booted.</param>
    public sealed record Power(PowerAction Action, bool Finishes = false, bool Repeats = false) : MachineEffect;

    /// <summary>How long an action that <see cref="Power.Repeats"/> waits; 20 seconds.</summary>
    public static TimeSpan RepeatInterval { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Withdraws the machine's queued power actions, before those of the same change are queued.</summary>
    public sealed record CancelPower : MachineEffect;

    /// <summary>New, pending results for the scripts that the machine shall run in this operation.</summary>
    /// <param name="Kind">Which scripts.</param>
    public sealed record ScheduleScripts(ScriptKind Kind) : MachineEffect
    {
        /// <summary>Names, ids or tags of scripts, empty for none; <see langword="null"/> for the usual ones.</summary>
        public IReadOnlyList<string>? Names { get; init; }

        /// <summary>Values of parameters (<see cref="ScriptRequest.Values"/>).</summary>
        public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();
    }

    /// <summary>New, pending results for the scripts of an earlier operation, which is begun anew.</summary>
    /// <param name="OperationId">The earlier operation.</param>
    public sealed record RepeatScripts(Guid OperationId) : MachineEffect;

    /// <summary>Scripts that are not done yet never will be.</summary>
    /// <param name="Status">What becomes of them: aborted or timed out.</param>
    public sealed record CloseScripts(ScriptStatus Status) : MachineEffect;

    /// <summary>Keeps the user data for the machine to fetch.</summary>
    /// <param name="Body">The bytes, as the machine will get them.</param>
    public sealed record KeepUserData([property: JsonConverter(typeof(UserDataJsonConverter))] ReadOnlyMemory<byte> Body) : MachineEffect;

    /// <summary>Forgets the user data.</summary>
    public sealed record ForgetUserData : MachineEffect;

    /// <summary>The machine's OAuth token and all boot tokens end: its previous owner can no longer use them.</summary>
    public sealed record RevokeCredentials : MachineEffect;

    /// <summary>Boot tokens that were given out before now end.</summary>
    public sealed record RevokeBootTokens : MachineEffect;
}
