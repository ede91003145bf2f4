namespace Maas.Sql;

/// <summary>
/// Tells waiting readers that something was written. A reader that takes <see cref="NextAsync"/> before it looks misses nothing.
/// </summary>
internal sealed class StoreSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next <see cref="Raise"/>.</summary>
    public Task NextAsync() => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
