using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Diagnostics;

/// <summary>
/// Reports datagrams and connections whose handling threw: each is counted, and one a minute is logged with its exception, so that a
/// host that repeats such a datagram does not fill the log.
/// </summary>
/// <param name="server">Which server, such as <c>dns</c>.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where it logs.</param>
internal sealed partial class FailureLog(string server, TimeProvider timeProvider, ILogger logger)
{
    private static readonly Counter<long> Failures = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.failures", "{failure}", "Datagrams and connections whose handling failed with an exception, by server and exception.");

    private readonly Lock _lock = new();
    private readonly TimeWindow _window = new(TimeSpan.FromMinutes(1));
    private readonly ILogger _logger = logger;

    /// <summary>
    /// Counts a datagram or a connection that could not be handled, because of a defect or of an application's code that threw.
    /// </summary>
    /// <param name="server">Which server, such as <c>dns</c>.</param>
    /// <param name="failure">The exception.</param>
    public static void Count(string server, Exception failure) => Failures.Add(
        1,
        new KeyValuePair<string, object?>("maas.boot.server", server),
        new KeyValuePair<string, object?>("error.type", failure.GetType().FullName));

    /// <summary>Counts a failure, and logs it when none was logged for a minute.</summary>
    public void Add(Exception failure)
    {
        Count(server, failure);
        bool isFirst;
        lock (_lock) isFirst = _window.TryBegin(timeProvider.GetUtcNow());
        if (isFirst) LogFailed(server, failure);
    }

    [LoggerMessage(
        13,
        LogLevel.Error,
        "The {Server} server failed to handle a datagram or connection and dropped it; "
        + "more such failures within a minute are only counted")]
    private partial void LogFailed(string server, Exception reason);
}
