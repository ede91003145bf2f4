using System.Diagnostics;
using Maas.Core.Power;
using Maas.Power;

namespace Maas.Hosting.Power;

/// <summary>
/// Sensors, read by the drivers of <c>Maas.Power</c>, which have one conversation at a time with a controller.
/// </summary>
internal sealed class DriverSensors(PowerDrivers drivers, TimeProvider timeProvider) : IMachineSensors
{
    private readonly ControllerReadings<MachineSensorsResult> _readings = new(timeProvider);

    /// <inheritdoc/>
    public bool HasSensors(MachinePowerTarget target) => drivers.HasSensors(DriverPower.ForDriver(target).PowerType);

    /// <inheritdoc/>
    public Task<MachineSensorsResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        _readings.ReadAsync(target, () => ReadAsync(target), cancellationToken);

    private async Task<MachineSensorsResult> ReadAsync(MachinePowerTarget target) =>
        await drivers.ReadSensorsAsync(DriverPower.ForDriver(target), CancellationToken.None).ConfigureAwait(false) switch
        {
            SensorResult.Read read => new MachineSensorsResult.Read([.. read.Sensors.Select(Of)], timeProvider.GetUtcNow()),
            SensorResult.Failed failed => new MachineSensorsResult.Failed(failed.Reason),
            _ => throw new UnreachableException(),
        };

    private static MachineSensor Of(PowerSensor sensor) => new(
        sensor.Name, sensor.Value, sensor.Unit, sensor.States, sensor.Status switch
        {
            PowerSensorStatus.Ok => MachineSensorStatus.Ok,
            PowerSensorStatus.Warning => MachineSensorStatus.Warning,
            PowerSensorStatus.Critical => MachineSensorStatus.Critical,
            _ => MachineSensorStatus.Unknown,
        });
}
