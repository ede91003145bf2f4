namespace Maas.Boot.Net;

/// <summary>The clocks of a host at one moment, from which a later process of the host finds out how much time has passed since.</summary>
/// <param name="Time">The system's time.</param>
/// <param name="Boot">The boot of the host; empty where that is not known.</param>
/// <param name="Uptime">The time since that boot, in which the host may have been suspended.</param>
internal readonly record struct HostMoment(DateTimeOffset Time, Guid Boot, TimeSpan Uptime)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id", UptimeFile = "/proc/uptime";

    /// <summary>Reads the clocks.</summary>
    /// <param name="timeProvider">The host's clock; one that is not the system's has no boot.</param>
    public static HostMoment Read(TimeProvider timeProvider)
    {
        var now = timeProvider.GetUtcNow();
        return timeProvider == TimeProvider.System && OperatingSystem.IsLinux()
            && Guid.TryParse(File.ReadAllText(BootFile).Trim(), out var boot)
            && decimal.TryParse(
                File.ReadAllText(UptimeFile).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture, out var seconds)
                ? new HostMoment(now, boot, TimeSpan.FromMilliseconds((long)(seconds * 1000)))
                : new HostMoment(now, default, default);
    }

    /// <summary>
    /// The time since an earlier moment. Within one boot a correction of the system's clock does not count. Otherwise the system's clock
    /// has to be right.
    /// </summary>
    /// <returns>The time; <see langword="null"/> when the clock shows that the moment has not been yet: it is wrong.</returns>
    public TimeSpan? Since(in HostMoment earlier)
    {
        var time = Boot != default && Boot == earlier.Boot ? Uptime - earlier.Uptime : Time - earlier.Time;
        return time < TimeSpan.Zero ? null : time;
    }
}
