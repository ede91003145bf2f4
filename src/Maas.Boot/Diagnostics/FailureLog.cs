using Microsoft.Extensions.Logging;

namespace Maas.Boot.Diagnostics;

/// <summary>
/// Reports datagrams and connections whose handling threw: each is counted, and one a minute is logged with its exception, so that a
/// stranger who repeats such a datagram does not fill the log.
/// </summary>
/// <param name="server">Which server, such as <c>dns</c>.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where it logs.</param>
internal sealed partial class FailureLog(string server, TimeProvider timeProvider, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly TimeWindow _window = new(TimeSpan.FromMinutes(1));
    private readonly ILogger _logger = logger;

    /// <summary>Counts a failure, and logs it when none was logged for a minute.</summary>
    public void Add(Exception failure)
    {
        ServiceMeter.Failed(server);
        bool isFirst;
        lock (_lock) isFirst = _window.TryBegin(timeProvider.GetUtcNow());
        if (isFirst) LogFailed(server, failure);
    }

    [LoggerMessage(
        13,
        LogLevel.Error,
        "The {Server} server failed to handle a datagram or connection and dropped it; more such failures within a minute are only counted")]
    private partial void LogFailed(string server, Exception reason);
}
