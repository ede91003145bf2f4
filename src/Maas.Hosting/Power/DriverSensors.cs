using System.Diagnostics;
using Maas.Core;
using Maas.Core.Power;
using Maas.Power;

namespace Maas.Hosting.Power;

/// <summary>
/// Sensors, read by the drivers of <c>Maas.Power</c>, which have one conversation at a time with a controller. A reading, or a failure,
/// serves all requests for 15 seconds, and one reading of a machine is under way at a time for all who wait: requests for pages
/// neither keep a controller busy nor lock an account.
/// </summary>
internal sealed class DriverSensors(PowerDrivers drivers, TimeProvider timeProvider) : IMachineSensors
{
    private const int MostKept = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<SystemId, Reading> _readings = [];

    /// <summary>How long a reading serves.</summary>
    public static TimeSpan Age { get; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public bool HasSensors(MachinePowerTarget target) => drivers.HasSensors(DriverPower.ForDriver(target).PowerType);

    /// <inheritdoc/>
    public Task<MachineSensorsResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_readings.TryGetValue(target.Id, out var reading) || !reading.IsOf(target) || reading.IsOld(timeProvider))
            {
                if (_readings.Count >= MostKept)
                    foreach (var (id, old) in _readings)
                        if (old.IsOld(timeProvider)) _readings.Remove(id);
                _readings[target.Id] = reading = new Reading(target.Power);
                // It outlives the request: the driver ends it in time, and the next request has its result.
                reading.Result = Task.Run(() => ReadAsync(target, reading), CancellationToken.None);
            }

            return reading.Result.WaitAsync(cancellationToken);
        }
    }

    private async Task<MachineSensorsResult> ReadAsync(MachinePowerTarget target, Reading reading)
    {
        try
        {
            return await drivers.ReadSensorsAsync(DriverPower.ForDriver(target), CancellationToken.None).ConfigureAwait(false) switch
            {
                SensorResult.Read read => new MachineSensorsResult.Read([.. read.Sensors.Select(Of)], timeProvider.GetUtcNow()),
                SensorResult.Failed failed => new MachineSensorsResult.Failed(failed.Reason),
                _ => throw new UnreachableException(),
            };
        }
        finally
        {
            reading.End(timeProvider.GetTimestamp());
        }
    }

    private static MachineSensor Of(PowerSensor sensor) => new(
        sensor.Name, sensor.Value, sensor.Unit, sensor.States, sensor.Status switch
        {
            PowerSensorStatus.Ok => MachineSensorStatus.Ok,
            PowerSensorStatus.Warning => MachineSensorStatus.Warning,
            PowerSensorStatus.Critical => MachineSensorStatus.Critical,
            _ => MachineSensorStatus.Unknown,
        });

    private sealed class Reading(PowerSettings power)
    {
        private long _ended;

        public Task<MachineSensorsResult> Result { get; set; } = null!; // set before another thread sees it

        public bool IsOf(MachinePowerTarget target) => power.Type == target.Power.Type
            && power.Parameters.Count == target.Power.Parameters.Count && !power.Parameters.Except(target.Power.Parameters).Any();

        public void End(long timestamp) => Volatile.Write(ref _ended, timestamp);

        public bool IsOld(TimeProvider timeProvider) =>
            Result.IsCompleted && timeProvider.GetElapsedTime(Volatile.Read(ref _ended)) >= Age;
    }
}
