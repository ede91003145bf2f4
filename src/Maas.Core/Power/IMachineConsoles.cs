namespace Maas.Core.Power;

/// <summary>Opens the serial consoles of machines, where their power control has one. Who may use one is decided by the caller.</summary>
/// <remarks><c>Maas.Hosting</c> implements it with the drivers of <c>Maas.Power</c>; the dashboard uses it.</remarks>
public interface IMachineConsoles
{
    /// <summary>Whether machines with these power settings have a console, without asking the hardware.</summary>
    /// <param name="target">The machine.</param>
    bool HasConsole(MachinePowerTarget target);

    /// <summary>Opens the console of a machine. One that is open elsewhere may be taken over, and ends there.</summary>
    /// <param name="target">The machine.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<MachineConsoleResult> OpenAsync(MachinePowerTarget target, CancellationToken cancellationToken);
}

/// <summary>An open serial console, or the reason why it cannot be opened.</summary>
public abstract record MachineConsoleResult
{
    private MachineConsoleResult() { }

    /// <summary>It is open.</summary>
    /// <param name="Stream">
    /// Reading yields what the machine prints, unchecked, and 0 bytes at the end; writing types. Disposing closes the console.
    /// </param>
    public sealed record Opened(Stream Stream) : MachineConsoleResult;

    /// <summary>It cannot be opened.</summary>
    /// <param name="Reason">Why, as a sentence for an operator, without secrets.</param>
    public sealed record Failed(string Reason) : MachineConsoleResult;
}
