using VmLab.Processes;

namespace VmLab.Machines;

/// <summary>
/// A machine in the rack as a journey sees it: a button, and what it prints. A virtual one, or one that is only simulated.
/// </summary>
public interface IRackMachine
{
    string Name { get; }

    /// <summary>Of the interface it boots from; written with colons, lower case.</summary>
    string MacAddress { get; }

    /// <summary>What it printed, over all the times it was on.</summary>
    ConsoleLog Console { get; }

    bool IsOn { get; }

    /// <summary>Presses the button; nothing happens when the machine is on already.</summary>
    Task TurnOnAsync(CancellationToken cancellationToken);

    /// <summary>Pulls the plug.</summary>
    Task TurnOffAsync(CancellationToken cancellationToken);

    /// <summary>Waits until the machine has switched itself off.</summary>
    /// <exception cref="TimeoutException">It is still on.</exception>
    Task WaitForPowerOffAsync(TimeSpan timeout, CancellationToken cancellationToken);
}
