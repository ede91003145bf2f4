namespace Maas.Core.Delivery;

/// <summary>How a <see cref="ChangeDelivery"/> does, as this process knows it.</summary>
public sealed record ChangeDeliveryState
{
    /// <summary>Whether this process delivers; <see langword="false"/> also when another host of the store does.</summary>
    public bool Delivers { get; init; }

    /// <summary>The number of the last change before which all are delivered or given up.</summary>
    public long Position { get; init; }

    /// <summary>How many changes were read and are not yet delivered.</summary>
    public int Pending { get; init; }

    /// <summary>The time of the oldest change that is not yet delivered; <see langword="null"/> when none waits.</summary>
    public DateTimeOffset? OldestPending { get; init; }

    /// <summary>How often in a row the destination was unavailable; 0 when it takes changes.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last failed attempt failed; <see langword="null"/> when none did.</summary>
    public string? LastFailure { get; init; }

    /// <summary>How many changes this process has given up.</summary>
    public long DeadLetters { get; init; }
}
