namespace Maas.Testing.Virtual;

/// <summary>Brings code that is awaited on the network back to its loop, wherever what it awaited completes.</summary>
internal sealed class LoopContext(NetworkLoop loop) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => loop.Post(() => Run(() => d(state)));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("The network's loop is not waited for.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs code in this context.</summary>
    public void Run(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
