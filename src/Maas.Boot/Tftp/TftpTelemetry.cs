using System.Diagnostics;
using System.Net;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

/// <summary>Tells what became of requests and transfers: to the observer, the meter and the log.</summary>
internal sealed partial class TftpTelemetry(IBootObserver? listener, TimeProvider timeProvider, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private readonly LogThrottle _bounds = new(timeProvider);
    private readonly SafeObserver? _observer = SafeObserver.Around(listener, logger);

    /// <summary>A request was dropped because a bound was met; said once a minute for all, or for each client.</summary>
    public void Dropped(IPEndPoint client, TransferBound bound)
    {
        TftpMeter.Busy();
        if (!_bounds.IsDue(bound.Client is null ? default : bound.Client.GetAddressBytes(), "", "")) return;
        LogBusy(client, bound.Description);
        _observer?.Observe(
            new BootObservation.LimitReached(timeProvider.GetUtcNow(), null, client.Address, $"TFTP: {bound.Description}"));
    }

    /// <summary>A request was refused with an error.</summary>
    public void Refused(IPEndPoint client, string name, string reason, Activity? activity)
    {
        TftpMeter.Refused(activity, name, reason);
        LogRefused(name, client, reason);
        Observe(client, name, 0, reason, "refused", TimeSpan.Zero);
    }

    /// <summary>A file could not be opened or read.</summary>
    public void Unreadable(IPEndPoint client, string name, Exception reason) => LogUnreadable(reason, name, client);

    /// <summary>A transfer has ended, for better or worse.</summary>
    public void Ended(TransferEntry entry, TransferSession session)
    {
        var transfer = session.Transfer;
        var outcome = transfer.Outcome!; // a session ends with one
        var took = timeProvider.GetElapsedTime(session.Began);
        TftpMeter.Ended(entry.Activity, session, took);
        LogEnded(
            session.Name, session.Client, outcome.Words, transfer.BytesDelivered, session.Terms, transfer.Repeats, took.TotalMilliseconds);
        Observe(
            session.Client,
            session.Name,
            transfer.BytesDelivered,
            outcome.Words,
            $"{session.Terms}, {transfer.Repeats} blocks sent again",
            took);
    }

    private void Observe(IPEndPoint client, string name, long bytes, string outcome, string detail, TimeSpan took) =>
        _observer?.Observe(
            new BootObservation.FileTransfer(timeProvider.GetUtcNow(), null, client.Address, "tftp", name, bytes, outcome, detail, took));

    [LoggerMessage(
        EventId = 61,
        Level = LogLevel.Information,
        Message = "TFTP {File} to {Client}: {Outcome}; {Bytes} bytes, {Terms}, {Repeats} sent again, {Milliseconds:F0} ms")]
    private partial void LogEnded(
        string file,
        IPEndPoint client,
        string outcome,
        long bytes,
        TftpNegotiatedOptions terms,
        long repeats,
        double milliseconds);

    [LoggerMessage(EventId = 62, Level = LogLevel.Information, Message = "TFTP {File} refused to {Client}: {Reason}")]
    private partial void LogRefused(string file, IPEndPoint client, string reason);

    [LoggerMessage(
        EventId = 63,
        Level = LogLevel.Warning,
        Message = "TFTP limit reached; dropping requests from {Client} and others: {Bound}")]
    private partial void LogBusy(IPEndPoint client, string bound);

    [LoggerMessage(EventId = 65, Level = LogLevel.Warning, Message = "TFTP cannot read {File} for {Client}")]
    private partial void LogUnreadable(Exception exception, string file, IPEndPoint client);
}
