using System.Net;

namespace Maas.Images.Downloads;

/// <summary>A mirror answered that it is busy, and when to ask again (RFC 9110 section 10.2.3).</summary>
internal sealed class MirrorBusyException(string message, HttpStatusCode status, TimeSpan retryAfter)
    : HttpRequestException(message, null, status)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The wait before the next request, between a second and a minute whatever the mirror asks for.</summary>
    public TimeSpan RetryAfter { get; } = Bound(retryAfter);

    /// <summary>A wait that a mirror asks for, within the bounds.</summary>
    public static TimeSpan Bound(TimeSpan wait) => wait < Shortest ? Shortest : wait > Longest ? Longest : wait;

    /// <summary>What a response asks for; <see langword="null"/> when it is not that of a busy mirror.</summary>
    public static TimeSpan? RequestedBy(HttpResponseMessage response, DateTimeOffset now) =>
        response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) ? null
        : response.Headers.RetryAfter is not { } value ? null
        : value.Delta ?? value.Date - now;
}
