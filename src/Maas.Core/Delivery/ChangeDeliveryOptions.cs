using Maas.Core.Nodes;

namespace Maas.Core.Delivery;

/// <summary>Which changes a <see cref="ChangeDelivery"/> delivers, and how often it tries.</summary>
public sealed record ChangeDeliveryOptions
{
    /// <summary>The kinds of changes that are delivered; empty, the default, for all.</summary>
    public IReadOnlyCollection<ChangeEventKind> Kinds { get; init; } = [];

    /// <summary>
    /// Statuses: only changes by which a machine comes into one of them are delivered. Empty, the default, for all changes.
    /// </summary>
    public IReadOnlyCollection<MachineStatus> Statuses { get; init; } = [];

    /// <summary>How many changes, each of another machine, are delivered at a time; 1 to 1000. Default 16.</summary>
    public int Concurrency { get; init => field = Within(value, 1, 1000); } = 16;

    /// <summary>
    /// How many changes are in memory, delivered ones behind an undelivered one included; 1 to 100,000. Default 1000. When the oldest
    /// undelivered change is so many back, no further one is read before it is delivered or given up.
    /// </summary>
    public int MostPending { get; init => field = Within(value, 1, 100_000); } = 1000;

    /// <summary>
    /// How often a destination may refuse a change before the change is given up; 1 to 100. Default 12: about three hours.
    /// </summary>
    public int MostAttempts { get; init => field = Within(value, 1, 100); } = 12;

    /// <summary>The delay before the second attempt; it doubles each time, up to a quarter more or less. Default 5 s.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest delay between two attempts. Default one hour.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The longest delay before a destination that is unavailable is tried again. Default one minute.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    internal bool Matches(MachineChanged change) =>
        (Kinds.Count == 0 || Kinds.Contains(ChangeEvent.KindOf(change)))
        && (Statuses.Count == 0 || (change is { IsStatusChange: true, To: { } to } && Statuses.Contains(to)));

    private static int Within(int value, int least, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most);
        return value;
    }
}
