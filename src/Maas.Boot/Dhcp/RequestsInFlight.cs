namespace Maas.Boot.Dhcp;

/// <summary>Counts the requests that a server handles now, so that its end can wait for them. Safe for use from several threads.</summary>
internal sealed class RequestsInFlight
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count = 1; // one for the server itself

    /// <summary>Counts one more, before anything is done for it.</summary>
    /// <returns>How many there are now.</returns>
    public int Begin() => Interlocked.Increment(ref _count) - 1;

    /// <summary>Counts one less, after everything is done for it.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _count) == 0) _ended.TrySetResult();
    }

    /// <summary>Waits for all of them; called once, when no more are begun.</summary>
    public Task FinishAsync()
    {
        End();
        return _ended.Task;
    }
}
