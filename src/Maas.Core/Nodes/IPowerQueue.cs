namespace Maas.Core.Nodes;

/// <summary>
/// The queue of power actions, which <see cref="MachineEffect.Power"/> fills. One action of a machine is under way at a time, in the order
/// of insertion. Part of <see cref="Stores.IMaasStore"/>.
/// </summary>
public interface IPowerQueue
{
    /// <summary>
    /// Claims actions that are due, the oldest of each machine: no other caller receives them until the claim ends. Those that are due the
    /// longest come first, of these the ones with lower numbers. Withdrawn actions whose claim has ended are removed. A store that only one
    /// process opens may end all claims when it is opened.
    /// </summary>
    /// <param name="now">The present time.</param>
    /// <param name="duration">How long the claim lasts.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task<IReadOnlyList<QueuedPowerAction>> ClaimAsync(
        DateTimeOffset now, TimeSpan duration, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a claim after a failed attempt, and counts the attempt. A withdrawn action is removed instead. When the action was claimed
    /// again since, the call changes nothing.
    /// </summary>
    /// <param name="action">The claimed action.</param>
    /// <param name="due">When to try again.</param>
    /// <param name="reason">Why the attempt failed.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task PostponeAsync(QueuedPowerAction action, DateTimeOffset due, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a claim of an action that was not tried to its end, such as by a host that stops: another caller may claim it at once, and no
    /// attempt is counted. A withdrawn action is removed instead. When the action was claimed again since, the call changes nothing. A
    /// store may also let the claim end by itself, which is the default.
    /// </summary>
    /// <param name="action">The claimed action.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task ReleaseAsync(QueuedPowerAction action, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Makes a claim last longer. False, without a change, when the action was claimed again since. A store may also change nothing and
    /// return true, which is the default: another caller may then repeat an action that takes long.
    /// </summary>
    /// <param name="action">The claimed action.</param>
    /// <param name="until">When the claim ends.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task<bool> ExtendAsync(QueuedPowerAction action, DateTimeOffset until, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>
    /// Removes an action whose outcome changes nothing. When the action was claimed again since, the call changes nothing.
    /// </summary>
    /// <param name="action">The claimed action.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task DropAsync(QueuedPowerAction action, CancellationToken cancellationToken);

    /// <summary>When the next action can be claimed; <see langword="null"/> when the queue is empty.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    /// <summary>Why the machine's oldest action that is to be tried again failed last; <see langword="null"/> when none did.</summary>
    /// <param name="machine">Which machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<string?> GetFailureAsync(SystemId machine, CancellationToken cancellationToken);

    /// <summary>Counts the actions in the queue that are not withdrawn.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<int> CountAsync(CancellationToken cancellationToken);
}

/// <summary>A power action in the queue.</summary>
/// <param name="Id">Its number, ascending in the order of insertion.</param>
/// <param name="MachineId">Which machine.</param>
/// <param name="Effect">What to do.</param>
/// <param name="Attempts">How many attempts failed.</param>
/// <param name="Claim">
/// The claim by which the caller has it: each claim of an action has a higher number. The outcome counts only while no later one was made.
/// </param>
public sealed record QueuedPowerAction(long Id, SystemId MachineId, MachineEffect.Power Effect, int Attempts, long Claim);

/// <summary>An action whose outcome is recorded, and the claim under which it was performed.</summary>
/// <param name="Action">The action's <see cref="QueuedPowerAction.Id"/>.</param>
/// <param name="Claim">Its <see cref="QueuedPowerAction.Claim"/>.</param>
public sealed record PowerClaim(long Action, long Claim)
{
    /// <summary>The claim of a queued action.</summary>
    /// <param name="action">What <see cref="IPowerQueue.ClaimAsync"/> returned.</param>
    public static PowerClaim Of(QueuedPowerAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return new PowerClaim(action.Id, action.Claim);
    }
}
