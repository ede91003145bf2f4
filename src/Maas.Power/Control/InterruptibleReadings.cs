namespace Maas.Power.Control;

/// <summary>
/// The readings of sensors and inventories that wait for, or have, their turn at a controller. They give way: what asks for or changes the
/// power of a machine there ends them, so that a slow reading does not use up the time that a power action may take.
/// </summary>
internal sealed class InterruptibleReadings
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<CancellationTokenSource>> _readings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Begins a reading, which its disposal ends.</summary>
    /// <param name="controller">The controller.</param>
    public Reading Begin(string controller)
    {
        var stop = new CancellationTokenSource();
        lock (_lock)
        {
            if (!_readings.TryGetValue(controller, out var readings)) _readings[controller] = readings = [];
            readings.Add(stop);
        }

        return new Reading(this, controller, stop);
    }

    /// <summary>Ends the readings of a controller. They leave their turn when they have noticed it.</summary>
    /// <param name="controller">The controller.</param>
    public void Interrupt(string controller)
    {
        lock (_lock)
        {
            if (!_readings.TryGetValue(controller, out var readings)) return;
            foreach (var reading in readings) _ = reading.CancelAsync(); // what it causes does not run here, under the lock
        }
    }

    private void End(string controller, CancellationTokenSource stop)
    {
        lock (_lock)
        {
            if (_readings.TryGetValue(controller, out var readings) && readings.Remove(stop) && readings.Count == 0)
                _readings.Remove(controller);
            stop.Dispose();
        }
    }

    /// <summary>One reading.</summary>
    internal sealed class Reading(InterruptibleReadings owner, string controller, CancellationTokenSource stop) : IDisposable
    {
        /// <summary>Cancelled when it is to give way.</summary>
        public CancellationToken Token { get; } = stop.Token;

        /// <inheritdoc/>
        public void Dispose() => owner.End(controller, stop);
    }
}
