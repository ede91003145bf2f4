using Maas.Core.Nodes;
using Maas.Core.Stores;

namespace Maas.Core.Tests.Power;

/// <summary>A queue whose caller is paused, once, after it has claimed actions.</summary>
internal sealed class PausedPowerQueue(IPowerQueue queue) : IPowerQueue
{
    /// <summary>What happens during the pause.</summary>
    public Func<Task>? Pause { get; set; }

    /// <summary>What happens during a pause after a claim was extended.</summary>
    public Func<Task>? PauseAfterExtension { get; set; }

    public static IMaasStore Over(IMaasStore store, out PausedPowerQueue queue) =>
        StorePart.Replace<IPowerQueue>(store, queue = new PausedPowerQueue(store.PowerQueue));

    public async Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync(
        DateTimeOffset now, TimeSpan duration, int limit, CancellationToken cancellationToken)
    {
        var claimed = await queue.ClaimAsync(now, duration, limit, cancellationToken);
        if (Pause is not { } pause) return claimed;
        Pause = null;
        await pause();
        return claimed;
    }

    public Task PostponeAsync(QueuedPowerAction action, DateTimeOffset due, string reason, CancellationToken cancellationToken) =>
        queue.PostponeAsync(action, due, reason, cancellationToken);

    public Task ReleaseAsync(QueuedPowerAction action, CancellationToken cancellationToken) =>
        queue.ReleaseAsync(action, cancellationToken);

    public async Task<bool> ExtendAsync(QueuedPowerAction action, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var isExtended = await queue.ExtendAsync(action, until, cancellationToken);
        if (PauseAfterExtension is not { } pause) return isExtended;
        PauseAfterExtension = null;
        await pause();
        return isExtended;
    }

    public Task DropAsync(QueuedPowerAction action, CancellationToken cancellationToken) => queue.DropAsync(action, cancellationToken);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => queue.NextDueAsync(cancellationToken);

    public Task<string?> GetFailureAsync(SystemId machine, CancellationToken cancellationToken) =>
        queue.GetFailureAsync(machine, cancellationToken);

    public Task<int> CountAsync(CancellationToken cancellationToken) => queue.CountAsync(cancellationToken);
}
