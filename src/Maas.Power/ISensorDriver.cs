namespace Maas.Power;

/// <summary>Reads the sensors of machines. A driver implements it beside <see cref="IPowerDriver"/> where it can.</summary>
public interface ISensorDriver
{
    /// <summary>
    /// Reads all sensors of a machine, which need not be on. It takes seconds, for a controller with hundreds of sensors up to a minute,
    /// and other requests to the controller wait for it.
    /// </summary>
    /// <param name="target">Which machine, and how it is reached.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<SensorResult> ReadSensorsAsync(PowerTarget target, CancellationToken cancellationToken);
}

/// <summary>The sensors of a machine, or the reason why they cannot be read.</summary>
public abstract record SensorResult
{
    private SensorResult() { }

    /// <summary>They were read.</summary>
    /// <param name="Sensors">The sensors in the order of the controller, at most 1,024.</param>
    public sealed record Read(IReadOnlyList<PowerSensor> Sensors) : SensorResult;

    /// <summary>They cannot be read.</summary>
    /// <param name="Failure">The kind of failure, for a program to branch on.</param>
    /// <param name="Reason">What happened, as a sentence for an operator; holds no secret.</param>
    public sealed record Failed(PowerFailure Failure, string Reason) : SensorResult;
}
