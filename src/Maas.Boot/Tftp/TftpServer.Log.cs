using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

public sealed partial class TftpServer
{
    [LoggerMessage(EventId = 60, Level = LogLevel.Information, Message = "TFTP listens on {Endpoint}")]
    private partial void LogListening(IPEndPoint endpoint);

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

    [LoggerMessage(EventId = 64, Level = LogLevel.Debug, Message = "Failed to receive a TFTP datagram: {Error}")]
    private partial void LogReceiveFailed(System.Net.Sockets.SocketError error);

    [LoggerMessage(EventId = 65, Level = LogLevel.Warning, Message = "TFTP cannot read {File} for {Client}")]
    private partial void LogUnreadable(Exception exception, string file, IPEndPoint client);

    [LoggerMessage(EventId = 66, Level = LogLevel.Debug, Message = "Failed to send a TFTP error to {Client}: {Reason}")]
    private partial void LogUnsendable(IPEndPoint client, string reason);
}
