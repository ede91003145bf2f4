namespace Maas.Postgres.Tests.Faults;

/// <summary>Where machines wait in a phase of their life, so that a fault meets many of them there.</summary>
internal sealed class PhaseGate
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private bool _isOpen;
    private int _acted;

    /// <summary>How many machines wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>How many machines that went on have had what they asked for.</summary>
    public int Acted => Volatile.Read(ref _acted);

    /// <summary>Waits until this machine may go on.</summary>
    public Task PassAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isOpen) return Task.CompletedTask;
            var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waits);
            return waits.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A machine that went on has had what it asked for.</summary>
    public void Act() => Interlocked.Increment(ref _acted);

    /// <summary>Lets some machines go on.</summary>
    /// <param name="count">How many; <see langword="null"/> for all, also those that come later.</param>
    public void Open(int? count)
    {
        lock (_lock)
        {
            _isOpen |= count is null;
            for (var left = count ?? int.MaxValue; left > 0 && _waiting.TryDequeue(out var waits); left--) waits.SetResult();
        }
    }

    /// <summary>Returns when something holds.</summary>
    public async Task WhenAsync(Func<PhaseGate, bool> holds, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(Look);
        while (!holds(this)) await ticks.WaitForNextTickAsync(cancellationToken);
    }
}
