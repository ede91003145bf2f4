namespace Maas.Power;

/// <summary>Opens the serial consoles of machines. A driver implements it beside <see cref="IPowerDriver"/> where it can.</summary>
public interface ISerialConsoleDriver
{
    /// <summary>Opens the serial console of a machine. One that is open elsewhere may be taken over, and ends there.</summary>
    /// <param name="target">Which machine, and how it is reached.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<SerialConsoleResult> OpenSerialAsync(PowerTarget target, CancellationToken cancellationToken);
}

/// <summary>An open serial console, or the reason why it cannot be opened.</summary>
public abstract record SerialConsoleResult
{
    private SerialConsoleResult() { }

    /// <summary>It is open.</summary>
    /// <param name="Stream">
    /// Reading yields what the machine prints, and 0 bytes when the controller ends it; writing types. Disposing closes it.
    /// </param>
    public sealed record Opened(Stream Stream) : SerialConsoleResult;

    /// <summary>It cannot be opened.</summary>
    /// <param name="Failure">The kind of failure, for a program to branch on.</param>
    /// <param name="Reason">What happened, as a sentence for an operator; holds no secret.</param>
    public sealed record Failed(PowerFailure Failure, string Reason) : SerialConsoleResult;
}
