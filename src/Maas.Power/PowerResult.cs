using System.Diagnostics;

namespace Maas.Power;

/// <summary>What became of a request to a <see cref="IPowerDriver"/>.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public abstract record PowerResult
{
    private PowerResult() { }

    /// <summary>
    /// The machine's state, as far as this answer tells: <see cref="PowerState.Unknown"/> for all but <see cref="Observed"/>.
    /// </summary>
    public virtual PowerState State => PowerState.Unknown;

    /// <summary>The machine was seen to be in this state. After a command it is the state that was asked for.</summary>
    /// <param name="Seen">On or off; unknown when the hardware answered with neither.</param>
    public sealed record Observed(PowerState Seen) : PowerResult
    {
        /// <inheritdoc/>
        public override PowerState State => Seen;

        /// <summary>What an operator should know although it worked, as a sentence; null when there is nothing.</summary>
        public string? Note { get; init; }
    }

    /// <summary>The request was sent or accepted, and nothing can be observed about its effect.</summary>
    /// <param name="What">What was sent, as a sentence for an operator.</param>
    public sealed record Accepted(string What) : PowerResult;

    /// <summary>A person has to do it.</summary>
    /// <param name="What">What to do, as a sentence for an operator.</param>
    public sealed record LeftToOperator(string What) : PowerResult;

    /// <summary>This kind of power control has no such ability, whatever the machine.</summary>
    /// <param name="Reason">Why, as a sentence for an operator.</param>
    public sealed record Unsupported(string Reason) : PowerResult;

    /// <summary>It was tried, as often as the driver's options say, and failed.</summary>
    /// <param name="Failure">The kind of failure, for a program to branch on.</param>
    /// <param name="Reason">What happened, as a sentence for an operator; holds no secret.</param>
    public sealed record Failed(PowerFailure Failure, string Reason) : PowerResult;
}

/// <summary>
/// Whether a machine is on; MAAS's <c>power_state</c> (its fourth word, <c>error</c>, is <see cref="PowerResult.Failed"/> here).
/// </summary>
public enum PowerState
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>On.</summary>
    On,

    /// <summary>Off, standby power apart.</summary>
    Off,
}

/// <summary>Why a power request failed.</summary>
public enum PowerFailure
{
    /// <summary>No driver serves the machine's power type.</summary>
    UnknownPowerType,

    /// <summary>A parameter is missing or cannot be right; nothing was sent.</summary>
    BadParameters,

    /// <summary>The program the driver needs is not installed.</summary>
    ToolMissing,

    /// <summary>The controller's name does not resolve, or nothing answers there.</summary>
    Unreachable,

    /// <summary>
    /// The controller answered and did not accept the user, the password or the privilege; never retried, for it may lock the account.
    /// </summary>
    CredentialsRefused,

    /// <summary>The controller began to answer and did not finish in time.</summary>
    TimedOut,

    /// <summary>The controller understood and said no.</summary>
    CommandRefused,

    /// <summary>The controller accepted the command, and the machine was not seen to follow it in time.</summary>
    NotObserved,

    /// <summary>The answer was not understood.</summary>
    Unintelligible,

    /// <summary>The controller accepted the user, who lacks the privilege for this request.</summary>
    PermissionDenied,
}
