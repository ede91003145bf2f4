namespace Maas.Core.Delivery;

/// <summary>Takes changes of machines and sends them elsewhere: to a URL, a message broker, a database of the application.</summary>
/// <remarks>
/// <see cref="ChangeDelivery"/> calls it concurrently, at most once at a time for each machine. A change may be delivered more than once,
/// each time with the same <see cref="ChangeEvent.Id"/>.
/// </remarks>
public interface IChangeDestination
{
    /// <summary>Delivers a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the attempt: the host stops, or another host leads.</param>
    /// <returns>The result. An exception counts as <see cref="DeliveryResult.Unavailable"/>.</returns>
    Task<DeliveryResult> DeliverAsync(ChangeEvent change, CancellationToken cancellationToken);
}

/// <summary>What came of an attempt to deliver a change.</summary>
public abstract record DeliveryResult
{
    private DeliveryResult() { }

    /// <summary>The destination has the change and will not lose it.</summary>
    public sealed record Delivered : DeliveryResult;

    /// <summary>
    /// The destination takes no change at present. All changes wait; the attempt is repeated without limit, and with it alone the others.
    /// </summary>
    /// <param name="Reason">Why, without secrets.</param>
    /// <param name="RetryAfter">When the destination said to try again; <see langword="null"/> for the usual delay.</param>
    public sealed record Unavailable(string Reason, TimeSpan? RetryAfter = null) : DeliveryResult;

    /// <summary>
    /// The destination refused this change. Later changes of the same machine wait. After
    /// <see cref="ChangeDeliveryOptions.MostAttempts"/> the change is given up.
    /// </summary>
    /// <param name="Reason">Why, without secrets.</param>
    /// <param name="RetryAfter">When the destination said to try again; <see langword="null"/> for the usual delay.</param>
    public sealed record Rejected(string Reason, TimeSpan? RetryAfter = null) : DeliveryResult;
}
