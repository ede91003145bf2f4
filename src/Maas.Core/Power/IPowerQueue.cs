using Maas.Core.Nodes;

namespace Maas.Core.Power;

/// <summary>The queue of power actions.</summary>
internal interface IPowerQueue
{
    /// <summary>
    /// Takes the actions that are due, the oldest of each machine, for <paramref name="lease"/>: nobody else gets them until it
    /// ends. At most <paramref name="limit"/>.
    /// </summary>
    Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync(DateTimeOffset now, TimeSpan lease, int limit, CancellationToken cancellationToken);

    /// <summary>Tries again at <paramref name="due"/>; <paramref name="reason"/> says why the attempt failed.</summary>
    Task PostponeAsync(QueuedPowerAction effect, DateTimeOffset due, string reason, CancellationToken cancellationToken);

    /// <summary>Takes an action out of the queue whose outcome changes nothing.</summary>
    Task DropAsync(QueuedPowerAction effect, CancellationToken cancellationToken);

    /// <summary>When the next action is due that nobody has taken; <see langword="null"/> when there is none.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);
}

/// <summary>A power action in the queue.</summary>
internal sealed record QueuedPowerAction(long Id, SystemId MachineId, MachineEffect.Power Effect, int Attempts);
