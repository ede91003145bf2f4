namespace Maas.Core.Nodes;

/// <summary>
/// When a claim of power actions was made, and whether an action of it may still begin. A claim lasts for <see cref="Margin"/> longer than
/// an action: one that begins within the margin ends before the claim does. One that begins later could reach the machine after another
/// host has performed it, and after the machine was deployed, released and turned off since.
/// </summary>
/// <param name="Begun">The time before the claim was made.</param>
/// <param name="Timestamp">The monotonic timestamp of that time.</param>
internal readonly record struct PowerClaimTerm(DateTimeOffset Begun, long Timestamp)
{
    /// <summary>How long before an action begins its claim may have been made.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>Begins before the claim is made, so that the term ends before the claim.</summary>
    /// <param name="clock">The clock of the store.</param>
    public static PowerClaimTerm Begin(TimeProvider clock) => new(clock.GetUtcNow(), clock.GetTimestamp());

    /// <summary>
    /// Whether an action may begin now. The monotonic timer stops while a machine is suspended; the clock of a store that several
    /// hosts share has been set since by each transaction. The longer of both is the time that has passed.
    /// </summary>
    /// <param name="clock">The clock of the store.</param>
    public bool AllowsStart(TimeProvider clock) => clock.GetElapsedTime(Timestamp) < Margin && clock.GetUtcNow() - Begun < Margin;
}
