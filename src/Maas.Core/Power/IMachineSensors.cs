namespace Maas.Core.Power;

/// <summary>
/// Reads the sensors of machines, where their power control has such. Who may read them is decided by the caller.
/// </summary>
/// <remarks><c>Maas.Hosting</c> implements it with the drivers of <c>Maas.Power</c>; the dashboard uses it.</remarks>
public interface IMachineSensors
{
    /// <summary>Whether machines with these power settings have sensors, without asking the hardware.</summary>
    /// <param name="target">The machine.</param>
    bool HasSensors(MachinePowerTarget target);

    /// <summary>
    /// Reads all sensors of a machine. Controllers are slow, and freeze when they are asked too often: an implementation answers with an
    /// earlier reading instead of asking again at once.
    /// </summary>
    /// <param name="target">The machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<MachineSensorsResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken);
}

/// <summary>The sensors of a machine, or the reason why they cannot be read.</summary>
public abstract record MachineSensorsResult
{
    private MachineSensorsResult() { }

    /// <summary>They were read.</summary>
    /// <param name="Sensors">The sensors in the order of the controller.</param>
    /// <param name="At">When.</param>
    public sealed record Read(IReadOnlyList<MachineSensor> Sensors, DateTimeOffset At) : MachineSensorsResult;

    /// <summary>They cannot be read.</summary>
    /// <param name="Reason">Why, as a sentence for an operator, without secrets.</param>
    public sealed record Failed(string Reason) : MachineSensorsResult;
}

/// <summary>A sensor of a machine and what it measures.</summary>
/// <param name="Name">Its name, as the controller gives it.</param>
/// <param name="Value">The value; <see langword="null"/> for a sensor of states, and while there is no reading.</param>
/// <param name="Unit">The unit, such as <c>°C</c> or <c>RPM</c>; empty for a sensor of states.</param>
/// <param name="States">The bits of a sensor of states; <see langword="null"/> for one with a value.</param>
/// <param name="Status">Whether the value is good.</param>
public sealed record MachineSensor(string Name, double? Value, string Unit, int? States, MachineSensorStatus Status);

/// <summary>Whether a sensor's value is good.</summary>
public enum MachineSensorStatus
{
    /// <summary>The controller does not say.</summary>
    Unknown,

    /// <summary>It is within its limits.</summary>
    Ok,

    /// <summary>It deserves attention.</summary>
    Warning,

    /// <summary>It is critical.</summary>
    Critical,
}
