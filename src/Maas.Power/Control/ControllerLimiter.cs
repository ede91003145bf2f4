namespace Maas.Power.Control;

/// <summary>
/// One conversation at a time with each controller, and a pause between two: controllers freeze under many commands at once, and have
/// few sessions. Its memory is bounded by the controllers that are in use.
/// </summary>
internal sealed class ControllerLimiter(TimeSpan minimumInterval, TimeProvider timeProvider)
{
    private const int MostIdle = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Controller> _controllers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Has a conversation when it is this one's turn.</summary>
    public async Task<T> RunAsync<T>(string name, Func<Task<T>> conversation, CancellationToken cancellationToken)
    {
        var controller = Enter(name);
        try
        {
            await controller.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var rest = controller.LastEnd is { } last ? minimumInterval - timeProvider.GetElapsedTime(last) : TimeSpan.Zero;
                if (rest > TimeSpan.Zero) await Task.Delay(rest, timeProvider, cancellationToken).ConfigureAwait(false);
                return await conversation().ConfigureAwait(false);
            }
            finally
            {
                controller.LastEnd = timeProvider.GetTimestamp();
                controller.Turn.Release();
            }
        }
        finally
        {
            Leave(controller);
        }
    }

    private Controller Enter(string name)
    {
        lock (_lock)
        {
            if (!_controllers.TryGetValue(name, out var controller)) _controllers[name] = controller = new Controller();
            controller.Users++;
            return controller;
        }
    }

    private void Leave(Controller controller)
    {
        lock (_lock)
        {
            controller.Users--;
            if (_controllers.Count <= MostIdle) return;
            foreach (var (name, idle) in _controllers)
            {
                if (idle.Users > 0 || (idle.LastEnd is { } last && timeProvider.GetElapsedTime(last) < minimumInterval)) continue;
                _controllers.Remove(name);
                idle.Turn.Dispose();
            }
        }
    }

    private sealed class Controller
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }

        public long? LastEnd { get; set; }
    }
}
