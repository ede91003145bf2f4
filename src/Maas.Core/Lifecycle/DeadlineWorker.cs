namespace Maas.Core.Lifecycle;

/// <summary>Fails machines that were not heard of in time. Deadlines are in the store and survive a restart.</summary>
public sealed class DeadlineWorker
{
    internal DeadlineWorker() { }

    /// <summary>Looks every few seconds until cancelled; then returns.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Fails all that are overdue now, and returns how many that were.</summary>
    public Task<int> PassAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
