using System.ComponentModel.DataAnnotations;

namespace Maas.Client;

/// <summary>How <see cref="MaasClient"/> treats a server: timeouts, limits and retries.</summary>
public sealed class MaasClientOptions
{
    /// <summary>
    /// How long one attempt may take, with its answer; up to a day. For a list and for a download it is the time to the first byte, and
    /// then the time to each next one.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>The longest answer that is read, in bytes; not of lists and downloads.</summary>
    [Range(1024, int.MaxValue)]
    public int MaximumResponseBytes { get; set; } = 16 << 20;

    /// <summary>The longest list that is read, in bytes. A list is parsed as it arrives and not held in memory.</summary>
    [Range(1024, long.MaxValue)]
    public long MaximumListBytes { get; set; } = 1L << 30;

    /// <summary>How often a request is sent at most. 1 for no retries.</summary>
    [Range(1, 100)]
    public int MaximumAttempts { get; set; } = 4;

    /// <summary>
    /// The wait before the second attempt, up to an hour; it doubles from attempt to attempt. Used after connection failures, and after 503
    /// without <c>Retry-After</c>.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest wait before an attempt, up to an hour. When the server asks for a longer one, the request fails at once.
    /// </summary>
    public TimeSpan MaximumRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    internal MaasClientOptions CopyChecked()
    {
        var copy = (MaasClientOptions)MemberwiseClone();
        ArgumentOutOfRangeException.ThrowIfLessThan(copy.RequestTimeout, TimeSpan.FromMilliseconds(1), nameof(RequestTimeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(copy.RequestTimeout, TimeSpan.FromDays(1), nameof(RequestTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(copy.MaximumResponseBytes, 1024, nameof(MaximumResponseBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(copy.MaximumListBytes, 1024, nameof(MaximumListBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(copy.MaximumAttempts, 1, nameof(MaximumAttempts));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(copy.MaximumAttempts, 100, nameof(MaximumAttempts));
        ArgumentOutOfRangeException.ThrowIfLessThan(copy.RetryDelay, TimeSpan.Zero, nameof(RetryDelay));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(copy.RetryDelay, TimeSpan.FromHours(1), nameof(RetryDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(copy.MaximumRetryDelay, TimeSpan.Zero, nameof(MaximumRetryDelay));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(copy.MaximumRetryDelay, TimeSpan.FromHours(1), nameof(MaximumRetryDelay));
        return copy;
    }
}
