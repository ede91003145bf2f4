namespace Maas.Core.Power;

/// <summary>
/// Acts on machines' power, from the durable queue that <see cref="Fleet.Machines.ExecuteAsync"/> fills. What fails is tried
/// again, later each time, and at last fails the machine by name. A crash loses nothing: what was not recorded as done is
/// done again, and every action is harmless when repeated.
/// </summary>
public sealed class EffectWorker
{
    internal EffectWorker() { }

    /// <summary>Works until cancelled; then returns.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Does what is due now, and returns how many actions that were. For tests and for hosts with a loop of their own.</summary>
    public Task<int> PassAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
