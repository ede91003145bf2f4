using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

public sealed partial class TftpServer
{
    [LoggerMessage(Level = LogLevel.Information, Message = "TFTP listens on {Endpoint}")]
    private partial void LogListening(IPEndPoint endpoint);

    [LoggerMessage(
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

    [LoggerMessage(Level = LogLevel.Information, Message = "TFTP {File} refused to {Client}: {Reason}")]
    private partial void LogRefused(string file, IPEndPoint client, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "TFTP requests of {Client} and others are dropped: {Bound}")]
    private partial void LogBusy(IPEndPoint client, string bound);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A TFTP datagram was not received: {Error}")]
    private partial void LogReceiveFailed(System.Net.Sockets.SocketError error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "TFTP cannot read {File} for {Client}")]
    private partial void LogUnreadable(Exception exception, string file, IPEndPoint client);

    [LoggerMessage(Level = LogLevel.Debug, Message = "TFTP error to {Client} was not sent: {Reason}")]
    private partial void LogUnsendable(IPEndPoint client, string reason);
}
