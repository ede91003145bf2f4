using Maas.Core.Configuration;
using Maas.Core.Inventory;

namespace Maas.Core.Nodes;

/// <summary>
/// How a deployed machine reports its hardware: <see cref="Deployment.HardwareSync"/>. What it says is its owner's word: it adds to what
/// commissioning found, and takes away no disk, no interface and no identity, by which destructive tasks know the machine.
/// </summary>
/// <param name="Interval">How often it reports.</param>
/// <param name="LastSync">When it reported last; <see langword="null"/> until then.</param>
public sealed record HardwareSync(TimeSpan Interval, DateTimeOffset? LastSync = null)
{
    /// <summary>The shortest interval; 1 minute. A machine that reports more often is not heard.</summary>
    public static TimeSpan ShortestInterval { get; } = IntervalText.Shortest;

    /// <summary>MAAS's interval; 15 minutes.</summary>
    public static TimeSpan DefaultInterval { get; } = TimeSpan.FromMinutes(15);

    private const int MostDisks = 512;
    private const int MostInterfaces = 64;

    /// <summary>When the next report is due; <see langword="null"/> before the first.</summary>
    public DateTimeOffset? NextSync => LastSync + Interval;

    /// <summary>Whether the machine reports as it should: it is at most one report late.</summary>
    /// <param name="now">The time.</param>
    public bool IsHealthyAt(DateTimeOffset now) => NextSync is { } next && now <= next + Interval;

    /// <summary>Reads MAAS's form of an interval: numbers with <c>s</c>, <c>m</c> or <c>h</c>, such as <c>15m</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="interval">The interval, between a minute and a day.</param>
    public static bool TryReadInterval(string text, out TimeSpan interval)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IntervalText.TryRead(text, out interval);
    }

    /// <summary>What commissioning found with what the deployed machine reports.</summary>
    /// <param name="known">What commissioning found; <see langword="null"/> for a machine that was never commissioned.</param>
    /// <param name="reported">What the machine reports.</param>
    internal static Hardware Merge(Hardware? known, Hardware reported) => known is null ? reported : reported with
    {
        Identity = known.Identity,
        Firmware = known.Firmware,
        Disks =
        [
            .. known.Disks,
            // A name is one disk's: another disk under a known one's name is that disk, or cannot be told from it.
            .. reported.Disks.Where(disk => !known.Disks.Any(each => each.Name == disk.Name || IsSame(each, disk)))
                .Take(Math.Max(0, MostDisks - known.Disks.Count)),
        ],
        Interfaces =
        [
            .. known.Interfaces.Select(nic => reported.Interfaces.FirstOrDefault(each => each.MacAddress == nic.MacAddress) is { } now
                ? nic with { LinkUp = now.LinkUp } : nic),
            .. reported.Interfaces.ExceptBy(known.Interfaces.Select(nic => nic.MacAddress), nic => nic.MacAddress)
                .Take(Math.Max(0, MostInterfaces - known.Interfaces.Count)),
        ],
    };

    private static bool IsSame(Disk known, Disk reported) => known.Size == reported.Size
        && ((known.Serial.Length > 0 && known.Serial == reported.Serial) || (known.Wwid.Length > 0 && known.Wwid == reported.Wwid));
}
