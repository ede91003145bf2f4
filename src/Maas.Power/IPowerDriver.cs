namespace Maas.Power;

/// <summary>
/// Turns machines of one kind of power control on and off: the seam to implement for hardware this package does not know.
/// </summary>
/// <remarks>
/// <para>A driver keeps nothing about a machine between calls and may be asked about many machines at once.</para>
/// <para>What the hardware refuses or cannot do is a <see cref="PowerResult"/>, never an exception; the one exception that leaves
/// a driver is <see cref="OperationCanceledException"/> for the caller's own token. An answer of
/// <see cref="PowerResult.Observed"/> means that the state was seen, not that a command was accepted: management controllers
/// are known to accept a command and do nothing.</para>
/// </remarks>
public interface IPowerDriver
{
    /// <summary>The power types this driver serves, in MAAS's spelling, the usual one first (<c>ipmi</c>); compared without case.</summary>
    IReadOnlyList<string> PowerTypes { get; }

    /// <summary>Asks whether the machine is on.</summary>
    Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken);

    /// <summary>Turns the machine on; one that is on stays as it is.</summary>
    Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken);

    /// <summary>Turns the machine off; one that is off stays as it is.</summary>
    /// <param name="target">Which machine, and how it is reached.</param>
    /// <param name="mode">Whether the operating system is asked first.</param>
    /// <param name="cancellationToken">Stops waiting; a command already sent is not taken back.</param>
    Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken);

    /// <summary>Chooses where the machine boots from the next time, once.</summary>
    Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken);

    /// <summary>
    /// Checks the parameters without asking the hardware: what is missing or cannot be right, in MAAS's words; <see langword="null"/>,
    /// the default, for nothing.
    /// </summary>
    string? Validate(PowerTarget target) => null;
}

/// <summary>How a machine is turned off; the <c>stop_mode</c> of MAAS's API.</summary>
public enum PowerOffMode
{
    /// <summary>At once, as pulling the plug.</summary>
    Hard,

    /// <summary>By the power button's signal: the operating system shuts down, if there is one that listens.</summary>
    Soft,
}

/// <summary>Where a machine boots from.</summary>
public enum NextBoot
{
    /// <summary>The network (PXE or HTTP boot).</summary>
    Network,

    /// <summary>The first disk.</summary>
    Disk,
}
