using System.Diagnostics;

namespace Maas.Core.Power;

/// <summary>
/// Turns a machine on and off: the seam through which the power queue acts. Each call may come twice for one wish
/// (a crash between the act and its record), so turning on what is on, and off what is off, must be harmless. An exception
/// counts as <see cref="MachinePowerResult.Failed"/>.
/// </summary>
public interface IMachinePower
{
    /// <summary>The power types that can be used; <see langword="null"/>, the default, when that is not known.</summary>
    IReadOnlyList<string>? PowerTypes => null;

    /// <summary>Turns the machine on. Returns when the machine's controller has taken the order.</summary>
    Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken);

    /// <summary>Turns the machine off. Returns when the machine's controller has taken the order.</summary>
    Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken);

    /// <summary>Asks the machine's operating system to shut down, and returns when it has or when the driver's patience ends.</summary>
    Task<MachinePowerResult> ShutDownAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<MachinePowerResult>(
        new MachinePowerResult.Unsupported("this power control cannot ask the operating system to shut down."));

    /// <summary>Asks whether the machine is on.</summary>
    Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken);

    /// <summary>
    /// Whether machines with these power settings can be started from virtual media, without asking the hardware; not, by default.
    /// </summary>
    bool HasVirtualMedia(MachinePowerTarget target) => false;

    /// <summary>
    /// Starts a machine that is off from an ISO image, once: the controller has the image as virtual media. The same image in a machine
    /// that is on stays as it is. Returns when the controller has taken the order.
    /// </summary>
    /// <param name="target">The machine.</param>
    /// <param name="image">Where the controller fetches the image from: an http or https URL.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<MachinePowerResult> BootMediaAsync(MachinePowerTarget target, Uri image, CancellationToken cancellationToken) =>
        Task.FromResult<MachinePowerResult>(new MachinePowerResult.Unsupported("this power control has no virtual media."));

    /// <summary>Takes the image out of the virtual drive; an empty one stays as it is.</summary>
    /// <param name="target">The machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<MachinePowerResult> EjectMediaAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<MachinePowerResult>(new MachinePowerResult.Unsupported("this power control has no virtual media."));

    /// <summary>
    /// Checks settings before they are stored, without asking the hardware: is there a driver for the type, and has it the parameters
    /// that it needs?
    /// <see langword="null"/>, the default, for settings that may work.
    /// </summary>
    PowerSettingsFault? Validate(MachinePowerTarget target) => null;
}

/// <summary>Why power settings cannot work.</summary>
/// <param name="Field">The field at fault, by the API's name: <c>power_type</c> or <c>power_parameters</c>.</param>
/// <param name="Reason">In words, without secrets.</param>
public sealed record PowerSettingsFault(string Field, string Reason);

/// <summary>The machine to act on.</summary>
/// <param name="Id">Its id, for logs.</param>
/// <param name="Power">How it is turned on and off.</param>
/// <param name="MacAddresses">Its network interfaces; Wake-on-LAN needs them.</param>
public sealed record MachinePowerTarget(SystemId Id, PowerSettings Power, IReadOnlyList<MacAddress> MacAddresses);

/// <summary>What became of a power request.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public abstract record MachinePowerResult
{
    private MachinePowerResult() { }

    /// <summary>It was done, or was so already.</summary>
    /// <param name="State">The state as the controller tells it now; <see cref="MachinePowerState.Unknown"/> when it cannot tell.</param>
    public sealed record Done(MachinePowerState State) : MachinePowerResult
    {
        /// <summary>
        /// What went wrong beside it, in words for the operator, without secrets; <see langword="null"/>, the default, for nothing.
        /// </summary>
        public string? Note { get; init; }
    }

    /// <summary>This power type cannot do that (Wake-on-LAN cannot turn off). A person has to; nothing waits for it.</summary>
    /// <param name="Reason">In words for the operator.</param>
    public sealed record Unsupported(string Reason) : MachinePowerResult;

    /// <summary>It failed and may be tried again, unless <see cref="IsFinal"/>.</summary>
    /// <param name="Reason">In words for the operator, without secrets.</param>
    public sealed record Failed(string Reason) : MachinePowerResult
    {
        /// <summary>
        /// Whether the same request would fail again: the controller refuses the password, or a parameter or a program is missing. It is
        /// not repeated, because controllers lock accounts after a few refused logins. Default <see langword="false"/>.
        /// </summary>
        public bool IsFinal { get; init; }
    }
}
