using Maas.Core;
using Maas.Core.Power;

namespace Maas.Hosting.Power;

/// <summary>
/// Readings of controllers. A reading, or a failure, serves all requests for 15 seconds, and one reading of a machine is under way at a
/// time for all who wait: requests for pages neither keep a controller busy nor lock an account.
/// </summary>
internal sealed class ControllerReadings<T>(TimeProvider timeProvider)
{
    private const int MostKept = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<SystemId, Reading> _readings = [];

    /// <summary>How long a reading serves.</summary>
    public static TimeSpan Age { get; } = TimeSpan.FromSeconds(15);

    /// <summary>The reading of a machine: a young one, the one that is under way, or a new one.</summary>
    /// <param name="target">The machine.</param>
    /// <param name="read">Reads it. It ends by itself: it outlives the request, and the next request has its result.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<T> ReadAsync(MachinePowerTarget target, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_readings.TryGetValue(target.Id, out var reading) || !reading.IsOf(target) || reading.IsOld(timeProvider))
            {
                if (_readings.Count >= MostKept)
                    foreach (var (id, old) in _readings)
                        if (old.IsOld(timeProvider)) _readings.Remove(id);
                _readings[target.Id] = reading = new Reading(target.Power);
                reading.Result = Task.Run(() => ReadAsync(read, reading), CancellationToken.None);
            }

            return reading.Result.WaitAsync(cancellationToken);
        }
    }

    private async Task<T> ReadAsync(Func<Task<T>> read, Reading reading)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        finally
        {
            reading.End(timeProvider.GetTimestamp());
        }
    }

    private sealed class Reading(PowerSettings power)
    {
        private long _ended;

        public Task<T> Result { get; set; } = null!; // set before another thread sees it

        public bool IsOf(MachinePowerTarget target) => power.Type == target.Power.Type
            && power.Parameters.Count == target.Power.Parameters.Count && !power.Parameters.Except(target.Power.Parameters).Any();

        public void End(long timestamp) => Volatile.Write(ref _ended, timestamp);

        public bool IsOld(TimeProvider timeProvider) =>
            Result.IsCompleted && timeProvider.GetElapsedTime(Volatile.Read(ref _ended)) >= Age;
    }
}
